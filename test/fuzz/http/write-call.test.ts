import { expect, test } from 'vitest';
import type { BodyPlan } from './body-plan.ts';
import type { CallPlan } from './call-plan.ts';
import { readOperations } from './operations.ts';
import { undisturbed, victim } from './pools.ts';
import { writeCall } from './write-call.ts';

/** A body as it would be sent by an organiser who acts on containers. */
function sent(value: unknown, trick: 'plain' | 'byte order mark' = 'plain'): string {
  const operation = readOperations().find(({ name }) => name === 'act-on-containers');
  if (operation === undefined) throw new Error('there is no act-on-containers');
  const body: BodyPlan = { is: 'json', value, edits: [], trick };
  const token = { is: 'good', who: { speaksFor: 'admin' } } as const;
  const how = { method: 'POST', trick: 'plain', contentType: 'application/json' } as const;
  const plan: CallPlan = { operation, token, body, params: {}, query: [], headers: [], ...how };
  return String(writeCall(plan, []).pieces[1]);
}

test.each([
  [{ action: 'stop', all: true }],
  [{ action: 'stop', all: true, dryRun: false }],
  [{ action: 'stop', filter: {} }],
  [{ action: 'stop', filter: { state: 'running' } }],
  [{ action: 'stop', filter: { challenge: victim.challenge } }],
  [{ action: 'stop', ids: ['aaaaaaaaaaaaaaaaaaaa'] }],
])('what an organiser may rightly do to many, the victim among them, is only counted: %j', (body) => {
  expect(JSON.parse(sent(body))).toMatchObject({ action: 'stop', dryRun: true });
  const marked = sent(body, 'byte order mark');
  expect(marked).toMatch(/^\ufeff\{/);
  expect(JSON.parse(marked.slice(1))).toMatchObject({ dryRun: true });
});

test('what is done to one owner is done, to one whose containers may go', () => {
  for (const owner of [victim.owner, undisturbed, 'users:7'])
    expect(JSON.parse(sent({ action: 'stop', filter: { owner } }))).toEqual({
      action: 'stop',
      filter: { owner: 'users:7' },
    });
});
