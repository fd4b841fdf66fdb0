import { z } from 'zod';
import { bodyBytes } from './body-plan.ts';
import type { CallPlan, PathTrick } from './call-plan.ts';
import { undisturbed, victim } from './pools.ts';
import type { Sent } from './raw-http.ts';
import type { TokenPlan } from './tokens.ts';

/** Every byte that is not plainly part of a name. */
function percentEncoded(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      /[A-Za-z0-9_.~-]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, '0')}`,
    )
    .join('');
}

function twisted(path: string, trick: PathTrick): string {
  const last = path.lastIndexOf('/');
  switch (trick) {
    case 'plain':
      return path;
    case 'other case':
      return path.toUpperCase();
    case 'double slash':
      return path.replaceAll('/', '//');
    case 'trailing slash':
      return `${path}/`;
    case 'dot segments':
      return `${path.slice(0, last)}/x/../.${path.slice(last)}`;
    case 'encoded dots':
      return `${path.slice(0, last)}/x/%2e%2e${path.slice(last)}`;
    case 'encoded twice':
      return path
        .replaceAll('%', '%25')
        .replace(/\/([a-z])/g, (_, letter: string) => `/%25${letter.charCodeAt(0).toString(16)}`);
    case 'encoded slash after':
      return `${path}%2f..%2f`;
    case 'encoded NUL after':
      return `${path}%00`;
    case 'absolute':
      return `http://elsewhere.example:1${path}`;
    case 'with a semicolon':
      return `${path};jsessionid=1`;
    case 'without /api':
      return path.replace(/^\/api/, '');
  }
}

export function targetOf({ operation, params, query, trick }: CallPlan): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => percentEncoded(params[name] ?? ''));
  const pairs = query.map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`);
  return twisted(path, trick) + (pairs.length === 0 ? '' : `?${pairs.join('&')}`);
}

/** A good token of the front end or of an organiser: what it asks for is rightly done, to anybody. */
export function manages(token: TokenPlan): boolean {
  return (token.is === 'good' || token.is === 'odd') && token.who.speaksFor !== 'player';
}

const Action = z.looseObject({});
const IsDry = z.looseObject({ dryRun: z.literal(true) });
const OfOneOwner = z.looseObject({ filter: z.looseObject({ owner: z.string() }) });
const byteOrderMark = /^\ufeff?/;

/** As the service reads it, which does without the mark before it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(byteOrderMark, ''));
  } catch {
    return undefined;
  }
}

/** Organisers may stop the victim's container: so what they could do to it is only counted here. */
function dryUnlessOne(text: string): string {
  const body = parsed(text);
  const action = Action.safeParse(body);
  if (!action.success || IsDry.safeParse(body).success || OfOneOwner.safeParse(body).success) return text;
  return `${byteOrderMark.exec(text)}${JSON.stringify({ ...action.data, dryRun: true })}`;
}

function sparing({ operation, token }: CallPlan): (text: string) => string {
  if (operation.method === 'GET' || !manages(token)) return (text) => text;
  // Two challenges stay as they are, so that there is always something to start.
  const changesChallenges = operation.path.startsWith('/api/manage/challenges/');
  const others = (text: string): string =>
    [victim.owner, undisturbed]
      .reduce(
        (spared, owner) =>
          spared.replaceAll(owner, 'users:7').replaceAll(percentEncoded(owner), percentEncoded('users:7')),
        text,
      )
      .replaceAll(victim.challenge, 'second')
      .replaceAll(changesChallenges ? /web|lasting/g : 'second', 'second');
  return operation.name === 'act-on-containers' ? (text) => dryUnlessOne(others(text)) : others;
}

const hasBody = new Set(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'PURGE']);

export function writeCall(plan: CallPlan, authorization: readonly string[]): Sent {
  const { method, contentType, headers } = plan;
  const spare = sparing(plan);
  const body = bodyBytes(plan.body, spare);
  const sendsBody = body.length > 0 || hasBody.has(method);
  const own = [
    ...(headers.some(([name]) => name === 'host') ? [] : [['host', '127.0.0.1']]),
    ...(headers.some(([name]) => name === 'connection') ? [] : [['connection', 'close']]),
    ...authorization.map((value) => ['authorization', value.replaceAll(/[\r\n\0]/g, '')]),
    ...(sendsBody ? [['content-length', String(body.length)]] : []),
    ...(sendsBody && contentType !== '' ? [['content-type', contentType]] : []),
  ];
  const lines = [...own, ...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = `${method} ${spare(targetOf(plan))} HTTP/1.1\r\n${lines}\r\n`;
  return { pieces: [Buffer.from(head), body], breaksOff: false, isHead: method === 'HEAD' };
}
