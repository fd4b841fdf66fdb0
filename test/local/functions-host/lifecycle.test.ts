import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { machineEnvironment } from '../../../local/child-process.ts';
import { base64, FixtureHosts } from './fixture-host.ts';

const hosts = new FixtureHosts(inject('azurite'));
afterEach(() => hosts.end());

const childProcessError = z.object({ code: z.string(), message: z.string() });
const MAIN = fileURLToPath(new URL('../../../local/functions-host/main.ts', import.meta.url));
const FUNCTIONS = JSON.stringify(import.meta.resolve('@azure/functions'));

/** The text of an app's entry file around its registrations. */
const load = (body: string) => `import * as azure from ${FUNCTIONS};\nconst { app } = azure.default ?? azure;\n${body}`;
const http = (name: string, options = '') => `app.http('${name}', { handler: () => ({}), ${options} });`;

const OUTPUT = `const out = azure.output.storageQueue({ queueName: 'q', connection: 'NOWHERE' });
  app.http('a', { handler: () => ({}), extraOutputs: [out] });`;

describe('timers', () => {
  test('run on startup and then by their schedule', async () => {
    const host = await hosts.start(await hosts.buildApp(), { settings: { TICK: '00:00:01' } });
    const entries = [await host.logged('tick '), await host.logged('tick ', 2), await host.logged('tick ', 3)];
    const [first, second, third] = entries.map(({ message }) => JSON.parse(message.slice('tick '.length)));
    expect(first).toMatchObject({ schedule: { adjustForDST: true }, isPastDue: false });
    expect(first.scheduleStatus.last).toBe('0001-01-01T00:00:00+00:00');
    expect(Date.parse(second.scheduleStatus.next) - Date.parse(second.scheduleStatus.last)).toBe(1000);
    expect(Date.parse(third.scheduleStatus.last)).toBeGreaterThanOrEqual(Date.parse(second.scheduleStatus.next));
  });

  test('can be switched off by a setting', async () => {
    const settings = { 'AzureWebJobs.tick.Disabled': 'true' };
    const host = await hosts.start(await hosts.buildApp(), { settings });
    expect((await host.logged('Host started')).message).not.toContain('tick');
    await host.stop();
    expect(host.log.some(({ message }) => message.startsWith('tick'))).toBe(false);
  });
});

describe('stop', () => {
  test('lets what runs finish, and takes nothing new', async () => {
    const host = await hosts.start(await hosts.buildApp());
    await host.queue.create();
    await host.queue.sendMessage(base64('hold'));
    await host.logged('work ');
    const response = fetch(`${host.url}/api/held`);
    await host.logged('is held');

    const stopped = host.stop();
    await vi.waitFor(() => expect(fetch(`${host.url}/api/echo/x`)).rejects.toThrow());
    process.kill(host.pid, 'SIGUSR2');
    expect(await (await response).text()).toBe('finished');
    expect(await stopped).toEqual({ code: 0, signal: null });
    expect(host.log.map(({ message }) => message)).toEqual(expect.arrayContaining(['done "hold"', 'app terminates']));
    expect((await host.queue.getProperties()).approximateMessagesCount).toBe(0);
  });

  test('waits for a function that was started by hand', async () => {
    const host = await hosts.start(await hosts.buildApp(), { keys: { master: 'key' } });
    const init = { method: 'POST', headers: { 'x-functions-key': 'key' }, body: '{"input": "hold"}' };
    await fetch(`${host.url}/admin/functions/work`, init);
    await host.logged('work ');
    const stopped = host.stop();
    await vi.waitFor(() => expect(fetch(`${host.url}/api/echo/x`)).rejects.toThrow());
    process.kill(host.pid, 'SIGUSR2');
    expect(await stopped).toEqual({ code: 0, signal: null });
    await host.logged('done "hold"');
  });

  test('gives up on what runs after the limit', async () => {
    const host = await hosts.start(await hosts.buildApp(), { stopLimitMs: 100 });
    const response = fetch(`${host.url}/api/held`);
    const cutOff = expect(response).rejects.toThrow();
    await host.logged('is held');
    expect(await host.stop()).toEqual({ code: 0, signal: null });
    await cutOff;
    await host.logged('Stopped while functions were still running');
  });
});

describe('an app at fault', () => {
  test.each([
    ['throws while it loads', load(`throw new Error('broken');`), ['throws while it loads', 'broken']],
    ['registers nothing', `export {};`, ['registers no function']],
    ['wants HTTP streaming', load(`app.setup({ enableHttpStream: true });${http('a')}`), ['not emulated here']],
    [
      'has a binding of another kind',
      load(`app.warmup('a', { handler: () => {} });`),
      ['a: the binding warmupTrigger'],
    ],
    ['has a reserved route', load(http('a', `route: 'admin/x'`)), ['a: routes that begin with admin are reserved']],
    ['has a bad route', load(http('a', `route: 'x/{y:strange}'`)), ['Unknown route constraint strange']],
    ['has an output without its setting', load(OUTPUT), ['The app setting NOWHERE is missing']],
    ['has a bad schedule', load(`app.timer('a', { schedule: '* * *', handler: () => {} });`), ['six fields']],
    ['registers a name twice', load(http('a') + http('A')), ['A is registered twice']],
  ])('that %s does not start', async (_, source, messages) => {
    const started = hosts.start(await hosts.writeApp(source));
    const { code, message } = await started.then(() => ({ code: 'started', message: '' }), childProcessError.parse);
    expect(code).toBe('exited-early');
    for (const part of messages) expect(message).toContain(part);
  });

  test('in its host.json does not start', async () => {
    const appDir = await hosts.writeApp(load(http('a')), { version: '2.0', extensions: { queues: { batchSize: 33 } } });
    await expect(hosts.start(appDir)).rejects.toThrow(/host\.json.*extensions\.queues\.batchSize/s);
  });

  test('that registers a function after its start is told so', async () => {
    const source = load(`app.http('late', { handler: () => { ${http('b')} return {}; } });`);
    const host = await hosts.start(await hosts.writeApp(source));
    expect((await fetch(`${host.url}/api/late`)).status).toBe(500);
    await host.logged('Function b is registered after the app started');
  });
});

describe('an app by hand', () => {
  test('may import the functions core by name', async () => {
    const source = load(
      `import { version } from '@azure/functions-core'; ${http('a')} console.log('core ' + version);`,
    );
    const host = await hosts.start(await hosts.writeApp(source));
    await host.logged('core 3');
    expect((await fetch(`${host.url}/api/a`)).status).toBe(200);
  });
});

test('starts from a shell with a settings file', async () => {
  const appDir = await hosts.buildApp();
  const file = join(appDir, 'local.settings.json');
  const Values = {
    STORAGE: inject('azurite'),
    WORK_QUEUE: 'shell-work',
    TICK: '0 0 0 1 1 *',
    GREETING: 'from the file',
  };
  await writeFile(file, JSON.stringify({ IsEncrypted: false, Values, Host: { CORS: 'https://from.file.example' } }));
  const child = spawn(process.execPath, [MAIN, '--app', appDir, '--port', '0', '--settings', file], {
    env: { ...machineEnvironment(), GREETING: 'from the shell' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // Killed here too, or a failed expectation would leave it behind.
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // The fixture prints on its start hook, before the host is ready.
  expect((await lines.next()).value).toBe('app starts');
  const ready = JSON.parse((await lines.next()).value);
  expect(ready).toEqual({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
  const { url } = ready;
  const response = await fetch(`${url}/api/environment`, { headers: { origin: 'https://from.file.example' } });
  expect(await response.json()).toMatchObject({ greeting: 'from the shell', cwd: appDir });
  expect(response.headers.get('access-control-allow-origin')).toBe('https://from.file.example');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('says on a shell what is wrong with the arguments', async () => {
  const child = spawn(process.execPath, [MAIN, '--port', 'x'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [[code], chunks] = await Promise.all([once(child, 'exit'), Array.fromAsync(child.stderr)]);
  expect(code).toBe(1);
  expect(chunks.join('')).toContain('--app <dir> is missing');
});
