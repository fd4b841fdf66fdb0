import fc from 'fast-check';
import { requestFor } from '../../functions/route-requests.ts';
import { hostileText } from '../hostile-values.ts';
import { valuesOf } from '../schema-values.ts';
import { type BodyPlan, bodyPlan } from './body-plan.ts';
import type { Operation, Parameter } from './operations.ts';
import { challenges, owners, pools } from './pools.ts';
import { forgery, type TokenPlan, tokenPlan, type Who } from './tokens.ts';

const pathTricks = [
  'plain',
  'other case',
  'double slash',
  'trailing slash',
  'dot segments',
  'encoded dots',
  'encoded twice',
  'encoded slash after',
  'encoded NUL after',
  'absolute',
  'with a semicolon',
  'without /api',
] as const;
export type PathTrick = (typeof pathTricks)[number];

const oddMethods = ['HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'PURGE', 'GET', 'POST', 'PUT', 'DELETE'] as const;

/** One call of one operation, right but for what is wrong about it. */
export interface CallPlan {
  readonly operation: Operation;
  readonly method: string;
  readonly trick: PathTrick;
  readonly params: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly token: TokenPlan;
  readonly body: BodyPlan;
  readonly contentType: string;
  readonly headers: readonly (readonly [string, string])[];
}

const mostly = <T>(usual: T, others: fc.Arbitrary<T>, of = 8): fc.Arbitrary<T> =>
  fc.oneof({ weight: of, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });

const contentTypes = fc.constantFrom(
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/json-patch+json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  '',
);

/** No header may hold what would end it: broken ones are made in raw-plan.ts. */
const headerText = hostileText.map((text) => text.replaceAll(/[\r\n\0]/g, '').slice(0, 3000));

const headerTricks: fc.Arbitrary<readonly (readonly [string, string])[]> = fc.oneof(
  headerText.map((text) => [['host', text]] as const),
  headerText.map((text) => [['origin', text]] as const),
  headerText.map(
    (text) =>
      [
        ['origin', 'https://ctf.example'],
        ['origin', text],
      ] as const,
  ),
  headerText.map(
    (text) =>
      [
        ['x-forwarded-for', text],
        ['x-forwarded-host', text],
        ['x-forwarded-proto', text],
      ] as const,
  ),
  headerText.map(
    (text) =>
      [
        ['forwarded', text],
        ['x-real-ip', text],
        ['via', text],
      ] as const,
  ),
  fc.constantFrom('DELETE', 'PUT', 'GET', '__proto__').map(
    (method) =>
      [
        ['x-http-method-override', method],
        ['x-http-method', method],
        ['x-method-override', method],
      ] as const,
  ),
  headerText.map(
    (text) =>
      [
        ['x-original-url', text],
        ['x-rewrite-url', '/api/manage/status'],
      ] as const,
  ),
  headerText.map((text) => [['x-functions-key', text]] as const),
  headerText.map(
    (text) =>
      [
        ['x-ms-client-principal', text],
        ['x-ms-client-principal-id', 'admin'],
      ] as const,
  ),
  headerText.map(
    (text) =>
      [
        ['traceparent', text],
        ['tracestate', text],
      ] as const,
  ),
  headerText.map((text) => [['cookie', `session=${text}`]] as const),
  headerText.map(
    (text) =>
      [
        ['accept', text],
        ['accept-language', text],
        ['range', 'bytes=0-1'],
      ] as const,
  ),
  fc
    .constantFrom('gzip', 'br', 'deflate, gzip', 'identity')
    .map((encoding) => [['content-encoding', encoding]] as const),
  fc.constantFrom('100-continue', 'more').map((what) => [['expect', what]] as const),
  fc.constantFrom('websocket', 'h2c').map(
    (to) =>
      [
        ['connection', 'upgrade'],
        ['upgrade', to],
      ] as const,
  ),
  fc
    .integer({ min: 50, max: 200 })
    .map((count) => Array.from({ length: count }, (_, i) => [`x-many-${i}`, 'x'] as const)),
  fc.integer({ min: 1000, max: 40_000 }).map((length) => [['x-long', 'x'.repeat(length)]] as const),
  headerText.map(
    (text) =>
      [
        ['if-match', text],
        ['if-none-match', '*'],
        ['etag', text],
      ] as const,
  ),
);

function paramValues({ name, schema }: Parameter): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: valuesOf(schema, name, pools).map(String) },
    { weight: 1, arbitrary: hostileText },
  );
}

function queryValues(parameters: readonly Parameter[]): fc.Arbitrary<readonly (readonly [string, string])[]> {
  const names = [...parameters.map(({ name }) => name), '__proto__', 'code', 'constructor'];
  const right = parameters.map((parameter) =>
    fc.option(
      paramValues(parameter).map((value) => [[parameter.name, value] as const]),
      { nil: [] },
    ),
  );
  const odd = fc.array(fc.tuple(fc.constantFrom(...names), hostileText), { minLength: 1, maxLength: 3 });
  return fc.tuple(fc.tuple(...right), mostly([], odd, 4)).map(([some, more]) => [...some.flat(), ...more]);
}

/** Whoever may call this, so that what is behind the door is met as well. */
function fittingWho({ access, name }: Operation, challenge: string): fc.Arbitrary<Who> {
  if (access === 'admin' || access === 'service') return fc.constant({ speaksFor: access });
  return fc
    .record({
      owner: fc.constantFrom(...owners),
      challenge:
        name === 'list-own-containers'
          ? fc.constant(undefined)
          : fc.constantFrom(challenge, challenge, challenge, undefined),
    })
    .map((about) => ({ speaksFor: 'player', role: 'player', ...about }));
}

/** Mostly good; or a forgery of what would be let in; or any other. */
function tokenFor(operation: Operation, challenge: string): fc.Arbitrary<TokenPlan> {
  const who = fittingWho(operation, challenge);
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ is: fc.constant('good' as const), who }) },
    { weight: 2, arbitrary: fc.record({ is: fc.constant('forged' as const), who, how: forgery }) },
    { weight: 2, arbitrary: tokenPlan },
  );
}

function bodyValues(operation: Operation, challenge: string): fc.Arbitrary<unknown> {
  const here = { ...pools, challengeId: [challenge, challenge, challenge, ...challenges] };
  if (operation.body === undefined) return fc.jsonValue({ maxDepth: 1 });
  const known = requestFor(operation.name).body;
  // What is right but for one edit comes furthest.
  return fc.oneof(
    { weight: 1, arbitrary: valuesOf(operation.body, 'body', here) },
    { weight: 2, arbitrary: fc.constant(known ?? {}) },
  );
}

function bodyKeys({ body }: Operation): string[] {
  if (typeof body !== 'object' || body === null || !('properties' in body)) return [];
  return Object.keys(body.properties ?? {});
}

function callOf(operation: Operation, challenge: string): fc.Arbitrary<CallPlan> {
  const params = operation.inPath.map(
    (parameter) =>
      [
        parameter.name,
        parameter.name === 'challengeId' ? mostly(challenge, hostileText) : paramValues(parameter),
      ] as const,
  );
  const body = bodyPlan(bodyValues(operation, challenge), bodyKeys(operation));
  const none = fc.constant<BodyPlan>({ is: 'none' });
  return fc.record({
    operation: fc.constant(operation),
    method: mostly<string>(operation.method, fc.constantFrom(...oddMethods), 20),
    trick: mostly<PathTrick>('plain', fc.constantFrom(...pathTricks), 10),
    params: fc.record(Object.fromEntries(params)),
    query: queryValues(operation.inQuery),
    token: tokenFor(operation, challenge),
    body:
      operation.body === undefined ? fc.oneof({ weight: 5, arbitrary: none }, { weight: 1, arbitrary: body }) : body,
    contentType: mostly('application/json', contentTypes),
    headers: mostly<readonly (readonly [string, string])[]>([], headerTricks, 4),
  });
}

/** Calls of all operations; those that take a body come more often, since more can be wrong with them. */
export function callPlans(operations: readonly Operation[]): fc.Arbitrary<CallPlan> {
  const about = (challenge: string): fc.Arbitrary<CallPlan> =>
    fc.oneof(
      ...operations.map((operation) => ({
        weight: operation.body === undefined ? 2 : 5,
        arbitrary: callOf(operation, challenge),
      })),
    );
  return fc.oneof(
    ...challenges.map((challenge) => ({ weight: challenge === 'web' ? 4 : 1, arbitrary: about(challenge) })),
  );
}
