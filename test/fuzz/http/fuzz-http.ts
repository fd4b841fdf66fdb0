import fc from 'fast-check';
import type { Columns } from '../../../src/storage/table.ts';
import { hostileJson, hostileText } from '../hostile-values.ts';
import { illRow, type RowName, rowOf } from '../rows/ill-row.ts';
import { type Finding, runProperty } from '../run-property.ts';
import type { Tally } from '../tally.ts';
import { type CallPlan, callPlans } from './call-plan.ts';
import type { FuzzDeployment } from './deployment.ts';
import { readOperations } from './operations.ts';
import { checkCall, checkExchange, checkExpected500 } from './oracle.ts';
import { exchange } from './raw-http.ts';
import { type RawPlan, rawPlan } from './raw-plan.ts';
import { writeCall } from './write-call.ts';

/** A check of health and a probe take 5 s and more where nothing answers. */
const answerLimitMs = 15_000;
const restoreEvery = 100;
const lanes = 4;

/** Calls of every operation, as a client would write them, over a socket of their own. */
export async function fuzzCalls(
  deployment: FuzzDeployment,
  runs: number,
  seed: number,
  tally: Tally,
): Promise<readonly Finding[]> {
  let calls = 0;
  return runProperty(
    {
      part: 'calls',
      inputs: callPlans(readOperations()),
      runs,
      seed,
      show: ({ operation, ...plan }) => ({ operation: operation.name, ...plan }),
      async run(plan) {
        calls += 1;
        if (calls % restoreEvery === 0) await deployment.restore();
        const sent = writeCall(plan, await deployment.mint.authorization(plan.token));
        const result = await exchange(deployment.port, sent, answerLimitMs);
        tally.note(`${plan.operation.method} ${plan.operation.path}`, checkCall(plan, sent, result, deployment));
      },
    },
    lanes,
  );
}

function bytesOf({ text, cut }: RawPlan): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return cut === undefined ? bytes : bytes.subarray(0, cut);
}

/** Bytes that are no call of any client. */
export function fuzzWire(
  deployment: FuzzDeployment,
  runs: number,
  seed: number,
  tally: Tally,
): Promise<readonly Finding[]> {
  return runProperty(
    {
      part: 'wire',
      inputs: rawPlan,
      runs,
      seed,
      async run(plan) {
        const sent = { pieces: [bytesOf(plan)], breaksOff: true, isHead: /^HEAD /.test(plan.text) };
        const result = await exchange(deployment.port, sent, answerLimitMs);
        tally.note(`(wire) ${plan.what}`, checkExchange(result, deployment.secrets));
      },
    },
    lanes,
  );
}

/** The samples' own, in whose place each input gets an owner of its own. */
const sampleOwner = 'users:7';

function movedTo(owner: string, columns: Columns): Columns {
  const moved = Object.entries(columns).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll(sampleOwner, owner) : value,
  ]);
  return Object.fromEntries(moved);
}

const ownersRows: ReadonlySet<RowName> = new Set([
  'a queued container',
  'a provisioning container',
  'a running container',
  'a debt',
  'a quota',
]);
const readBack: readonly CallPlan['operation']['name'][] = ['get-container', 'list-own-containers', 'stop-container'];

/** Rows of an owner of their own in the running host's tables, and that owner's calls: `internal` is all that may come of one. */
export function fuzzTables(
  deployment: FuzzDeployment,
  runs: number,
  seed: number,
  tally: Tally,
): Promise<readonly Finding[]> {
  const operations = readOperations().filter(({ name }) => readBack.includes(name));
  let number = 66_600;
  const { secrets } = deployment;
  const ask = async (operation: CallPlan['operation'], owner: string): Promise<void> => {
    const challenge = operation.name === 'list-own-containers' ? undefined : 'web-1';
    const who = { speaksFor: 'player', role: 'player', owner, challenge } as const;
    const right = { method: operation.method, trick: 'plain', params: { challengeId: 'web-1' }, query: [] } as const;
    const empty = { body: { is: 'none' }, contentType: '', headers: [] } as const;
    const plan: CallPlan = { operation, token: { is: 'good', who }, ...right, ...empty };
    const sent = writeCall(plan, await deployment.mint.authorization(plan.token));
    // Every sample has the same container id.
    const known = { secrets, startsOf: new Map<string, string>() };
    const told = deployment.unreadableTold();
    const result = await exchange(deployment.port, sent, answerLimitMs);
    const isInternal = result.outcome === 'answered' && result.answer.body.includes('"code":"internal"');
    if (isInternal) await deployment.untilUnreadableTold(told + 1);
    const outcome = isInternal ? checkExpected500(result, secrets) : checkCall(plan, sent, result, known);
    tally.count(`(tables) ${operation.name}`, outcome);
  };
  return runProperty(
    {
      part: 'tables',
      inputs: illRow.filter(({ kind }) => ownersRows.has(kind)),
      runs,
      seed,
      async run(ill) {
        tally.input();
        const { table, row, columns } = rowOf(ill);
        const owner = `users:${number++}`;
        await deployment.plantRow({ table, partition: `ctf~${owner}`, row, columns: movedTo(owner, columns) });
        for (const operation of operations) await ask(operation, owner);
      },
    },
    1,
  );
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** As the host reads them, or not even that. */
const messageText = fc.oneof(
  hostileJson.map((value) => base64(JSON.stringify(value) ?? '')),
  hostileText.map(base64),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 50 }),
);

/** Messages on the queues that the functions of the running host listen to; what came of them is seen at the end. */
export function fuzzQueues(
  deployment: FuzzDeployment,
  runs: number,
  seed: number,
  tally: Tally,
): Promise<readonly Finding[]> {
  return runProperty(
    {
      part: 'queues',
      inputs: fc.record({ queue: fc.nat(5), text: messageText }),
      runs,
      seed,
      async run({ queue, text }) {
        await deployment.sendMessage(queue, text);
        tally.note('(queue) on the running host', 'sent');
      },
    },
    1,
  );
}
