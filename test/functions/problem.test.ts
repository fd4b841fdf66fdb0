import { expect, test } from 'vitest';
import { BackendError, BerthError, errorCodes } from '../../src/core/errors.ts';
import type { Log, LogFacts } from '../../src/core/ports.ts';
import { Problem } from '../../src/functions/api-schemas.ts';
import { problemOf } from '../../src/functions/problem.ts';

interface Line {
  readonly level: string;
  readonly facts: LogFacts | undefined;
}

function said(error: unknown) {
  const lines: Line[] = [];
  const note = (level: string) => (_message: string, facts?: LogFacts) => void lines.push({ level, facts });
  const log: Log = { info: note('info'), warn: note('warn'), error: note('error') };
  const { status, body } = problemOf(error, log, 'some-route');
  return { status, body: Problem.parse(body), lines };
}

/** Clients and runbooks depend on these: a change here is a change of the API. */
const statuses = {
  ...{ invalid_request: 400, unauthenticated: 401, token_expired: 401, forbidden: 403, wrong_scope: 403 },
  ...{ not_found: 404, challenge_not_found: 404, container_not_found: 404 },
  ...{ not_running: 409, over_quota: 409, no_renewals_left: 409, renewal_gains_nothing: 409, already_expired: 409 },
  ...{ outdated_revision: 409, conflict: 409, invalid_challenge: 422, rate_limited: 429, cleaning_up: 429 },
  ...{ paused: 503, misconfigured: 503, backend_unavailable: 503, storage_unavailable: 503, internal: 500 },
};

test('every code has its one status', () => {
  const answered = errorCodes.map((code) => [code, said(new BerthError(code, 'A sentence.')).status]);
  expect(Object.fromEntries(answered)).toEqual(statuses);
});

test('a refusal carries its sentence and its facts, which cannot overwrite what it is', () => {
  const facts = { quota: 3, status: 200, code: 'fine', type: 'x', title: 'y' };
  expect(said(new BerthError('over_quota', 'You may have 3.', facts)).body).toEqual({
    quota: 3,
    type: 'urn:berth:problem:over_quota',
    title: 'You may have 3.',
    status: 409,
    code: 'over_quota',
  });
});

test('an ordinary refusal is not logged', () => {
  expect(said(new BerthError('paused', 'Later.')).lines).toEqual([]);
});

test('what is unexpected goes to the log whole and to the caller not at all', () => {
  const { status, body, lines } = said(new TypeError('the secret is hunter2'));
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toContain('hunter2');
  expect(lines).toMatchObject([{ level: 'error', facts: { where: 'some-route' } }]);
  const { error } = lines[0]?.facts ?? {};
  expect(error).toContain('hunter2');
});

test('an internal error of our own tells the caller as little', () => {
  const { body } = said(new BerthError('internal', 'row x of table y', { table: 'y' }));
  expect(body).toEqual({
    type: 'urn:berth:problem:internal',
    title: 'Something went wrong on our side.',
    status: 500,
    code: 'internal',
  });
});

test('a storage that does not answer says when to try again, and its cause stays in the log', () => {
  const cause = new Error('getaddrinfo ENOTFOUND account.table');
  const { body, lines } = said(new BerthError('storage_unavailable', 'x', { place: 'containers' }, cause));
  expect(body).toMatchObject({ status: 503, code: 'storage_unavailable', retryAfterSeconds: 5 });
  expect(JSON.stringify(body)).not.toContain('account.table');
  const { error } = lines[0]?.facts ?? {};
  expect(error).toContain('ENOTFOUND');
});

test('a backend that does not answer a read is named by its code alone', () => {
  const error = new BackendError('engine_unreachable', 'connect ENOENT /var/run/docker.sock', {
    kind: 'retryable',
    delayMs: 1000,
  });
  const { body, lines } = said(error);
  expect(body).toMatchObject({ status: 503, code: 'backend_unavailable', backendCode: 'engine_unreachable' });
  expect(JSON.stringify(body)).not.toContain('docker.sock');
  expect(lines).toMatchObject([{ level: 'warn' }]);
});

test('what is thrown and is no error is a fault of ours too', () => {
  expect(said('just a text')).toMatchObject({ status: 500, lines: [{ facts: { error: 'just a text' } }] });
});
