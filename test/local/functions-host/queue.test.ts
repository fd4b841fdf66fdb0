import { randomUUID } from 'node:crypto';
import { QueueClient } from '@azure/storage-queue';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { base64, FixtureHosts, type WatchedHost } from './fixture-host.ts';

const hosts = new FixtureHosts(inject('azurite'));
afterEach(() => hosts.end());

async function startWithQueue(queues?: Record<string, unknown>, queueInvisibilityMs?: number): Promise<WatchedHost> {
  const host = await hosts.start(await hosts.buildApp(queues), { queueInvisibilityMs });
  await host.queue.create();
  return host;
}

async function depth(queue: WatchedHost['queue']): Promise<number> {
  return (await queue.getProperties()).approximateMessagesCount ?? Number.NaN;
}

/** What lies in a queue once there is something. */
async function textsIn(queue: WatchedHost['queue']): Promise<string[]> {
  return vi.waitFor(async () => {
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
    expect(peekedMessageItems).not.toEqual([]);
    return peekedMessageItems.map(({ messageText }) => messageText);
  });
}

describe('a message', () => {
  test('reaches its function decoded and is gone afterwards', async () => {
    const host = await startWithQueue();
    await host.queue.sendMessage(base64('{"a": "ü"}'));
    const { message, functionName } = await host.logged('work ');
    expect(message).toBe('work {"message":{"a":"ü"},"dequeueCount":1,"isDated":true}');
    expect(functionName).toBe('work');
    await vi.waitFor(async () => expect(await depth(host.queue)).toBe(0));
  });

  test('that fails comes back and, after the last try, lies in the poison queue', async () => {
    const host = await startWithQueue({ maxDequeueCount: 2 });
    await host.queue.sendMessage(base64('fail'));
    expect((await host.logged('work ', 2)).message).toContain('"dequeueCount":2');
    expect(await textsIn(host.poisonQueue)).toEqual([base64('fail')]);
    await vi.waitFor(async () => expect(await depth(host.queue)).toBe(0));
    expect(host.log.filter(({ message }) => message.startsWith('work '))).toHaveLength(2);
  });

  test('that fails stays hidden for the visibility timeout', async () => {
    const host = await startWithQueue({ visibilityTimeout: '00:00:30' });
    await host.queue.sendMessage(base64('fail'));
    await host.logged('try 1, failed');
    await host.stop();
    expect(await depth(host.queue)).toBe(1);
    expect((await host.queue.receiveMessages()).receivedMessageItems).toEqual([]);
  });

  test('that is not base64 goes to the poison queue unseen', async () => {
    const host = await startWithQueue();
    await host.queue.sendMessage('{"plain": "text"}');
    expect(await textsIn(host.poisonQueue)).toEqual(['{"plain": "text"}']);
    expect(host.log.some(({ message }) => message.startsWith('work '))).toBe(false);
  });

  test('is plain text where host.json, or a setting over it, says so', async () => {
    const settings = { AzureFunctionsJobHost__extensions__queues__messageEncoding: 'none' };
    const host = await hosts.start(await hosts.buildApp(), { settings });
    await host.queue.create();
    await host.queue.sendMessage('plain');
    await host.logged('done "plain"');
  });
});

test('a poison queue has no poison queue of its own', async () => {
  const settings = { 'AzureWebJobs.drain.Disabled': 'false' };
  const host = await hosts.start(await hosts.buildApp({ maxDequeueCount: 1 }), { settings });
  await host.poisonQueue.create();
  await host.poisonQueue.sendMessage(base64('fail'));
  await host.logged('cannot drain');
  await host.stop();
  expect(await depth(host.poisonQueue)).toBe(1);
  const beyond = new QueueClient(inject('azurite'), `${host.poisonQueue.name}-poison`);
  await expect(beyond.getProperties()).rejects.toMatchObject({ statusCode: 404 });
});

describe('a queue output', () => {
  test('sends each element of a list, and makes the queue', async () => {
    const host = await hosts.start(await hosts.buildApp());
    const response = await fetch(`${host.url}/api/enqueue`, { method: 'POST', body: '["one", {"two": 2}]' });
    expect(response.status).toBe(202);
    await Promise.all([host.logged('done "one"'), host.logged('done {"two":2}')]);
    // A queue that is not there yet is an empty one, not a fault.
    expect(host.log.filter(({ level }) => level === 'warning')).toEqual([]);
  });
});

describe('what runs', () => {
  test('keeps its message hidden for longer than the invisibility', async () => {
    const host = await startWithQueue({}, 1000);
    await host.queue.sendMessage(base64('hold'));
    await host.logged('work ');
    // A second message is hidden for as long, and is due back only after the first would have been.
    await host.queue.sendMessage(base64('marker'), { visibilityTimeout: 3 });
    await host.logged('done "marker"');
    expect(host.log.filter(({ message }) => message.startsWith('work {"message":"hold"'))).toHaveLength(1);
    process.kill(host.pid, 'SIGUSR2');
    await host.logged('done "hold"');
    await vi.waitFor(async () => expect(await depth(host.queue)).toBe(0));
  });

  test('comes back when its host dies', async () => {
    const queueName = `work-${randomUUID()}`;
    const appDir = await hosts.buildApp();
    const first = await hosts.start(appDir, { queueInvisibilityMs: 1000 }, queueName);
    await first.queue.create();
    await first.queue.sendMessage(base64('hold'));
    await first.logged('work ');
    expect(await first.kill()).toEqual({ code: null, signal: 'SIGKILL' });

    const second = await hosts.start(appDir, {}, queueName);
    expect((await second.logged('work ')).message).toContain('"dequeueCount":2');
  });
});

test('a missing storage connection is named at the start', async () => {
  const settings = { STORAGE: '' };
  await expect(hosts.start(await hosts.buildApp(), { settings })).rejects.toThrow('The app setting STORAGE is missing');
});
