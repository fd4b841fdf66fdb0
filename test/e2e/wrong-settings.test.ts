import { afterEach, beforeEach, expect, test } from 'vitest';
import { manageClient, playerClient } from '../../local/api-client.ts';
import { startAzurite } from '../../local/azurite.ts';
import { HealthResult } from '../../src/functions/api-schemas.ts';
import { eventually } from '../support/docker-containers.ts';
import { type DockerSubject, engineSocket, openSubject } from '../support/docker-subject.ts';
import { type HostStack, standingOn, startHostStack, untilState, webChallenge } from '../support/host-stack.ts';

let engine: DockerSubject;
const closing: (() => Promise<unknown>)[] = [];

beforeEach((context) => {
  engine = openSubject(engineSocket(context));
  closing.push(() => engine.remove());
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function startHost(storage: string, settings: Readonly<Record<string, string>>): Promise<HostStack> {
  const app = await startHostStack(engine, { storage, settings });
  closing.push(() => app.stop());
  return app;
}

const wrong = {
  BERTH_QUOTA: 'lots',
  BERTH_DEFAULT_SIZE: 'huge',
  BERTH_DOCKER_PIDS: '1',
};

test('with three wrong settings health names all three, starts answer 503, and what runs still expires', async () => {
  const azurite = await startAzurite();
  closing.push(() => azurite.stop());
  const right = await startHost(azurite.connectionString, {});
  const shortly = { releaseOnSolve: { when: 'after', seconds: 1 } };
  await right.manage.putChallenge('web', { name: 'Web', revision: 1, spec: webChallenge(shortly) });
  const { key } = right.stack;
  await right.player('users:1').request();
  const running = await untilState(right.player('users:1'), 'running');
  await right.stop();

  const { BERTH_TOKEN_KEYS = '' } = right.stack.settings;
  const misconfigured = await startHost(azurite.connectionString, { ...wrong, BERTH_TOKEN_KEYS });
  const { url } = misconfigured.stack;
  const health = HealthResult.parse(await (await fetch(`${url}/api/health`)).json());
  expect(health.status).toBe('degraded');
  expect(health.problems.filter(({ code }) => code === 'misconfigured')).toHaveLength(3);
  for (const name of Object.keys(wrong)) {
    expect(health.problems.filter(({ message }) => message.startsWith(`${name}: `))).toHaveLength(1);
  }

  const mine = playerClient({ url, key }, 'users:1', 'web');
  await expect(mine.reset()).rejects.toMatchObject({ status: 503, code: 'misconfigured' });
  await expect(playerClient({ url, key }, 'users:2', 'web').request()).rejects.toMatchObject({
    status: 503,
    code: 'misconfigured',
  });
  // What is there is shown, and its time can be added to and cut short.
  expect(await mine.request()).toMatchObject({ status: 200, body: { id: running.id, state: 'running' } });
  expect((await mine.renew()).expiresAt).toBeGreaterThan(running.expiresAt ?? 0);

  // Solved: it has a second left, and no player or organiser takes it down.
  const solve = { owner: 'users:1', challengeId: 'web' };
  await manageClient({ url, key }).call('POST', 'solves', solve);
  expect(await mine.state()).toMatchObject({ state: 'running' });
  await eventually(async () => {
    await misconfigured.trigger('expire-containers');
    return (await mine.state()).state === 'none' ? true : undefined;
  });
  await eventually(async () => ((await standingOn(engine)).length === 0 ? true : undefined));
});

test('without any keys and with no engine the app still starts and says what is wrong', async () => {
  const azurite = await startAzurite();
  closing.push(() => azurite.stop());
  const app = await startHost(azurite.connectionString, {
    BERTH_TOKEN_KEYS: '',
    BERTH_DOCKER_HOST: 'unix:///nowhere/docker.sock',
  });
  const health = HealthResult.parse(await (await fetch(`${app.stack.url}/api/health`)).json());
  expect(health.problems).toMatchObject([
    { code: 'misconfigured', message: expect.stringMatching(/^BERTH_TOKEN_KEYS: missing/) },
    { message: expect.stringMatching(/^docker: /) },
  ]);
  await expect(app.player('users:1').state()).rejects.toMatchObject({ status: 401 });
});
