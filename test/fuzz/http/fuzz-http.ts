import fc from 'fast-check';
import { hostileJson, hostileText } from '../hostile-values.ts';
import { type Finding, runProperty } from '../run-property.ts';
import type { Tally } from '../tally.ts';
import { callPlans } from './call-plan.ts';
import type { FuzzDeployment } from './deployment.ts';
import { readOperations } from './operations.ts';
import { checkCall, checkExchange } from './oracle.ts';
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
        tally.note(`${plan.operation.method} ${plan.operation.path}`, checkCall(plan, result, deployment.secrets));
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
