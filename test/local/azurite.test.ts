import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import { afterEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type RunningAzurite, startAzurite } from '../../local/azurite.ts';
import { ChildProcessError } from '../../local/child-process.ts';

const started: RunningAzurite[] = [];
const directories: string[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((azurite) => azurite.kill()));
  await Promise.all(directories.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
});

async function start(options?: Parameters<typeof startAzurite>[0]): Promise<RunningAzurite> {
  const azurite = await startAzurite(options);
  started.push(azurite);
  return azurite;
}

async function newLocation(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'azurite-test-'));
  directories.push(directory);
  return directory;
}

function tableAt(connectionString: string): TableClient {
  return TableClient.fromConnectionString(connectionString, 'things', { allowInsecureConnection: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('the run has one shared Azurite with tables and queues', async () => {
  const table = TableClient.fromConnectionString(inject('azurite'), 'sharedazurite', { allowInsecureConnection: true });
  await table.createTable();
  await table.createEntity({ partitionKey: 'a', rowKey: 'b', value: 'kept' });
  expect(await table.getEntity('a', 'b')).toMatchObject({ value: 'kept' });

  const queue = new QueueClient(inject('azurite'), 'shared-azurite');
  await queue.create();
  await queue.sendMessage('hello');
  expect((await queue.receiveMessages()).receivedMessageItems.map((message) => message.messageText)).toEqual(['hello']);
});

test('comes back on the same ports with what a clean stop left in its location', async () => {
  const location = await newLocation();
  const first = await start({ location });
  await tableAt(first.connectionString).createTable();
  await tableAt(first.connectionString).createEntity({ partitionKey: 'a', rowKey: 'b', value: 'kept' });
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  expect(isAlive(first.pid)).toBe(false);

  const second = await start({ location, ports: first.ports });
  expect(second.connectionString).toBe(first.connectionString);
  expect(await tableAt(second.connectionString).getEntity('a', 'b')).toMatchObject({ value: 'kept' });
});

test('comes back on the same ports after a crash', async () => {
  const location = await newLocation();
  const first = await start({ location });
  expect(await first.kill()).toEqual({ code: null, signal: 'SIGKILL' });

  const second = await start({ location, ports: first.ports });
  await tableAt(second.connectionString).createTable();
  expect(second.ports).toEqual(first.ports);
});

test('a taken port is an error that shows what Azurite said', async () => {
  const { ports } = await start();
  const failure = await startAzurite({ ports }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ChildProcessError);
  expect(failure).toMatchObject({ code: 'exited-early', message: expect.stringContaining('EADDRINUSE') });
});

test('ends with the process that started it, even when that one is killed', async () => {
  const parentScript = `
    import { startAzurite } from ${JSON.stringify(new URL('../../local/azurite.ts', import.meta.url).href)};
    console.log((await startAzurite()).pid);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', parentScript], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(String(line));
  expect(isAlive(pid)).toBe(true);
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });

  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 8_000 });
});
