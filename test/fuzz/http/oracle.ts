import { z } from 'zod';
import { HealthResult, Problem } from '../../../src/functions/api-schemas.ts';
import { Violation } from '../violation.ts';
import type { CallPlan } from './call-plan.ts';
import { checkLetIn, type OwnersOfStarts } from './let-in.ts';
import type { Exchange, RawAnswer, Sent } from './raw-http.ts';
import type { TokenPlan } from './tokens.ts';

/** What must not be told: to nobody, and to nobody but organisers. */
export interface Secrets {
  readonly never: ReadonlyMap<string, string>;
  readonly othersOnly: ReadonlyMap<string, string>;
}

/** What a call's answer is held against. */
export interface Known {
  readonly secrets: Secrets;
  readonly startsOf: OwnersOfStarts;
}

/** What only comes out of the inside: a stack, a module, a path of the machine. */
const insides =
  /\bat \S+ \(?(?:file:|node:|\/)|node:internal|node_modules|\.(?:ts|js):\d+:\d+|(?:^|[\s"'(])\/(?:work|home|root|tmp|var|usr)\//;

function mayBeOrganiser(token: TokenPlan): boolean {
  return (token.is === 'good' || token.is === 'odd') && token.who.speaksFor === 'admin';
}

/** @throws {Violation} for what the answer gives away. */
export function checkLeaks(text: string, secrets: Secrets, toOrganiser: boolean): void {
  const forbidden = toOrganiser ? [...secrets.never] : [...secrets.never, ...secrets.othersOnly];
  const lower = text.toLowerCase();
  const told = forbidden.find(([, value]) => lower.includes(value.toLowerCase()));
  if (told !== undefined) throw new Violation('leak', `it tells ${told[0]}: ${text.slice(0, 600)}`);
  const inside = insides.exec(text);
  if (inside !== null) throw new Violation('leak', `it shows its inside (${inside[0]}): ${text.slice(0, 600)}`);
}

function json(answer: RawAnswer): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    throw new Violation(
      'wrong',
      `its body is no JSON: ${answer.status} ${answer.body.toString('latin1').slice(0, 300)}`,
    );
  }
}

/** A problem document; or, where the call did not reach the app, what the platform says: a status and nothing more. */
function checkRefusal(answer: RawAnswer, reachesApp: boolean): string {
  if (answer.body.length === 0 && !reachesApp) return String(answer.status);
  const parsed = Problem.safeParse(json(answer));
  if (!parsed.success)
    throw new Violation('wrong', `no problem document: ${answer.status} ${answer.body.toString().slice(0, 300)}`);
  const { status, code } = parsed.data;
  if (status !== answer.status) throw new Violation('wrong', `a problem of ${status} comes as ${answer.status}`);
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) {
    throw new Violation('wrong', `a problem comes as ${answer.headers.get('content-type')}`);
  }
  return `${status} ${code}`;
}

/** The only 503 there is a reason for while everything is up. */
const ordinary503 = new Set(['503 paused']);

function checkStatus(answer: RawAnswer, outcome: string): void {
  if (answer.status < 500 || ordinary503.has(outcome)) return;
  throw new Violation('unexpected5xx', `${outcome}: ${answer.body.toString().slice(0, 600)}`);
}

/** The local host's own, by which whoever starts it sees that it is up. */
const HostStatus = z.strictObject({ state: z.string(), version: z.literal('local'), processUptime: z.number() });
const Open = z.union([HealthResult, z.looseObject({ openapi: z.string() }), HostStatus]);

/** Bytes bear no token, so all that opens to them is what is open to everybody. */
function checkOpen(answer: RawAnswer): void {
  if (answer.body.length === 0 || Open.safeParse(json(answer)).success) return;
  throw new Violation('leak', `it lets in whom it must not: ${answer.status} ${answer.body.toString().slice(0, 300)}`);
}

/** @throws {Violation} for an answer that hangs, is none of the service's own, or gives something away. */
export function checkExchange(result: Exchange, secrets: Secrets): string {
  if (result.outcome === 'hangs') throw new Violation('hang', 'no answer in time');
  if (result.outcome === 'closed') return 'closed';
  const { answer } = result;
  checkLeaks(`${answer.head}\n${answer.body.toString('utf8')}`, secrets, false);
  if (answer.status < 300) {
    checkOpen(answer);
    return String(answer.status);
  }
  const outcome = checkRefusal(answer, false);
  checkStatus(answer, outcome);
  return outcome;
}

/** For a call that met a row that cannot be read: that one 500, which tells nothing. */
export function checkExpected500(result: Exchange, secrets: Secrets): string {
  if (result.outcome !== 'answered') throw new Violation('wrong', `no answer: ${result.outcome}`);
  const { answer } = result;
  checkLeaks(`${answer.head}\n${answer.body.toString('utf8')}`, secrets, false);
  return checkRefusal(answer, true);
}

const plainName = /^[A-Za-z0-9_:-]+$/;

/** Bytes before the body that every platform takes; more may be refused before any function sees it. */
const takenAnywhere = 8000;

/** Nothing about it keeps the platform from handing it to the operation's function. */
function reachesApp({ operation, method, trick, params, headers }: CallPlan, { pieces: [head] }: Sent): boolean {
  if (head !== undefined && head.length > takenAnywhere) return false;
  const plain = operation.inPath.every(({ name }) => plainName.test(params[name] ?? ''));
  return plain && method === operation.method && trick === 'plain' && headers.length === 0;
}

function checkSuccess(plan: CallPlan, answer: RawAnswer): void {
  const schema = plan.operation.answers[answer.status];
  if (schema === undefined) throw new Violation('wrong', `${answer.status} is not in the document`);
  const parsed = schema.safeParse(json(answer));
  if (!parsed.success)
    throw new Violation('wrong', `not what the document says: ${parsed.error.message.slice(0, 300)}`);
}

/** @throws {Violation} unless the answer to a call is one that the API's document allows, and tells nothing it must not. */
export function checkCall(plan: CallPlan, sent: Sent, result: Exchange, { secrets, startsOf }: Known): string {
  const reaches = reachesApp(plan, sent);
  if (result.outcome === 'hangs') throw new Violation('hang', 'no answer in time');
  if (result.outcome === 'closed') {
    if (reaches) throw new Violation('wrong', 'the connection was closed without an answer');
    return 'closed';
  }
  const { answer } = result;
  checkLeaks(`${answer.head}\n${answer.body.toString('utf8')}`, secrets, mayBeOrganiser(plan.token));
  if (answer.status >= 300) {
    // An answer to HEAD has no body to tell its code by.
    const outcome = plan.method === 'HEAD' ? `${answer.status} to HEAD` : checkRefusal(answer, reaches);
    checkStatus(answer, outcome);
    return outcome;
  }
  checkLetIn(plan, answer, startsOf);
  if (reaches) checkSuccess(plan, answer);
  return String(answer.status);
}
