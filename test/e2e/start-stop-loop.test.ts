import { afterEach, beforeEach, expect, test } from 'vitest';
import { requestContainer } from '../../src/core/containers/request-container.ts';
import { resetContainer } from '../../src/core/containers/reset-container.ts';
import { stopContainer } from '../../src/core/containers/stop-container.ts';
import { minutes } from '../../src/core/ids.ts';
import { type DockerSubject, engineSocket, openSubject } from '../support/docker-subject.ts';
import { deliverUntil, openInProcess, personOf, registerWeb, stateOf } from '../support/in-process.ts';
import { withSlowRemoval } from '../support/troubled-backend.ts';

let engine: DockerSubject | undefined;

beforeEach((context) => {
  engine = openSubject(engineSocket(context));
});
afterEach(() => engine?.remove());

const owner = 'teams:1';
const quota = 2;

/** A player in a loop, on an engine that is slow to remove. */
async function openLoop() {
  if (!engine) throw new Error('no engine');
  let slow = true;
  let most = 0;
  const app = await openInProcess(engine, {
    settings: { BERTH_QUOTA: String(quota) },
    around: (backend) => {
      const counted = withSlowRemoval(backend, () => slow);
      return {
        ...counted,
        async create(request) {
          const answer = await counted.create(request);
          most = Math.max(most, (await counted.list()).length);
          return answer;
        },
      };
    },
  });
  const challenge = await registerWeb(app, 'web');
  const request = { ...personOf(app, owner), challenge };
  return {
    app,
    mostAtOnce: () => most,
    removeAgain: () => {
      slow = false;
    },
    stop: async () => {
      await stopContainer(app.life, request);
      await app.deliver();
    },
    start: async () => {
      await requestContainer(app.life, request);
      await deliverUntil(app, async () => (await stateOf(app, owner, challenge))?.state === 'running');
    },
    reset: async () => {
      await resetContainer(app.life, request);
      await deliverUntil(app, async () => (await stateOf(app, owner, challenge))?.state === 'running');
    },
  };
}

test('a start/stop loop never holds more than quota + 2 containers, however slow they are to go', async () => {
  const { app, start, stop, removeAgain, mostAtOnce } = await openLoop();
  let rounds = 0;
  await expect(async () => {
    for (; rounds < 10; rounds += 1) {
      await start();
      await stop();
    }
  }).rejects.toMatchObject({ code: 'cleaning_up', facts: { retryAfterSeconds: 5 } });
  expect(rounds).toBe(quota + 2);
  expect(mostAtOnce()).toBe(quota + 2);
  expect(await app.standing()).toHaveLength(quota + 2);

  removeAgain();
  await deliverUntil(app, async () => {
    app.clock.pass(minutes(1));
    return (await app.rows()).length === 0;
  });
  expect(await app.standing()).toEqual([]);
  await start();
  expect(await app.standing()).toHaveLength(1);
  expect(mostAtOnce()).toBe(quota + 2);
});

test('nor does a loop of resets', async () => {
  const { app, start, reset, mostAtOnce } = await openLoop();
  await start();
  let resets = 0;
  await expect(async () => {
    for (; resets < 10; resets += 1) await reset();
  }).rejects.toMatchObject({ code: 'cleaning_up' });
  expect(mostAtOnce()).toBe(quota + 2);
  expect(await app.standing()).toHaveLength(quota + 2);
  expect(resets).toBe(quota + 1);
});
