import { TableServiceClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import { expect, inject, test } from 'vitest';
import { Message } from '../../src/core/messages.ts';
import { openStorage, type Storage, type StorageSettings } from '../../src/storage/open-storage.ts';
import { challenge, challengeId, event, ownerKey, queued, quota } from './samples.ts';
import { uniqueName } from './table-homes.ts';

const watch = Message.parse({ version: 1, kind: 'watch', target: 'main', sequence: 1 });

function open(more: Partial<StorageSettings> = {}): Storage {
  const account = { by: 'connectionString', connectionString: inject('azurite') } as const;
  const prefix = uniqueName();
  const prefixes = { tablePrefix: prefix, queuePrefix: prefix };
  return openStorage({ account, ...prefixes, onUnreadable: () => undefined, ...more });
}

async function tablesOf(prefix: string): Promise<string[]> {
  const client = TableServiceClient.fromConnectionString(inject('azurite'), { allowInsecureConnection: true });
  const names = (await Array.fromAsync(client.listTables())).map((table) => table.name ?? '');
  return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}

async function queuesOf(prefix: string): Promise<string[]> {
  const client = QueueServiceClient.fromConnectionString(inject('azurite'));
  const names = (await Array.fromAsync(client.listQueues({ prefix }))).map((queue) => queue.name);
  return names.map((name) => name.slice(prefix.length));
}

test('prepare creates every table and queue, poison ones too, as often as it is called', async () => {
  const prefix = uniqueName();
  const storage = open({ tablePrefix: prefix, queuePrefix: prefix });
  await Promise.all([storage.prepare(), storage.prepare()]);
  await storage.prepare();
  expect((await tablesOf(prefix)).toSorted()).toEqual(['audit', 'challenges', 'containers', 'control', 'targets']);
  expect((await queuesOf(prefix)).toSorted()).toEqual([
    ...['provision', 'provision-poison'],
    ...['release', 'release-poison'],
    ...['watch', 'watch-poison'],
  ]);
});

test('without being prepared, a table and a queue come to be with their first use', async () => {
  const prefix = uniqueName();
  const storage = open({ tablePrefix: prefix, queuePrefix: prefix });
  await storage.queue.send(watch);
  await storage.challenges.put(event, challenge(), undefined);
  expect(await tablesOf(prefix)).toEqual(['challenges']);
  expect(await queuesOf(prefix)).toEqual(['watch']);
});

test('two deployments in one account do not meet', async () => {
  const [one, two] = [open(), open()];
  await one.challenges.put(event, challenge(), undefined);
  expect(await two.challenges.read(event, challengeId('web-1'))).toBeUndefined();
});

test('each call of a port is one operation', async () => {
  const operations: string[] = [];
  const storage = open({ count: (operation) => operations.push(operation) });
  await storage.prepare();
  operations.length = 0;
  const key = ownerKey();
  const container = { do: 'put', kind: 'container', value: queued() } as const;
  await storage.containers.commit(key, [container, { do: 'put', kind: 'quota', value: quota() }]);
  const read = await storage.containers.read(key, challengeId('web-1'));
  await storage.containers.commit(key, [{ ...container, version: read?.version }]);
  await storage.containers.readOwner(key);
  await storage.queue.send(watch, 1500);
  expect(operations).toEqual(['transaction', 'get', 'replace', 'query', 'send']);
});

test('health is content with storage that answers', async () => {
  await expect(open().prepare()).resolves.toBeUndefined();
  const storage = open();
  await storage.prepare();
  await expect(storage.health()).resolves.toBeUndefined();
});

test('health is content with an account in which nothing was made yet', async () => {
  const prefix = uniqueName();
  const storage = open({ tablePrefix: prefix, queuePrefix: prefix });
  await expect(storage.health()).resolves.toBeUndefined();
});

test('storage that cannot be reached is a typed error with its cause and no key in it', async () => {
  const connectionString = inject('azurite').replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
  const storage = open({ account: { by: 'connectionString', connectionString } });
  const calls = [
    storage.health(),
    storage.containers.read(ownerKey(), challengeId('web-1')),
    storage.containers.commit(ownerKey(), [{ do: 'put', kind: 'quota', value: quota() }]),
    storage.queue.send(watch),
    storage.prepare(),
  ];
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({ status: 'rejected', reason: { name: 'BerthError', code: 'storage_unavailable' } });
    if (call.status === 'fulfilled') continue;
    expect(call.reason.cause).toBeInstanceOf(Error);
    expect(JSON.stringify(call.reason)).not.toContain('Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1');
  }
});

test('a table refused for a wrong key is no empty table', async () => {
  const wrongKey = Buffer.from('wrong').toString('base64');
  const connectionString = inject('azurite').replace(/AccountKey=[^;]+/, `AccountKey=${wrongKey}`);
  const storage = open({ account: { by: 'connectionString', connectionString } });
  const refused = { code: 'storage_unavailable', facts: { status: 403 } };
  await expect(storage.containers.read(ownerKey(), challengeId('web-1'))).rejects.toMatchObject(refused);
  const changes = [queued(), queued({ n: 1, challenge: 'pwn' })].map(
    (value) => ({ do: 'put', kind: 'container', value }) as const,
  );
  await expect(storage.containers.commit(ownerKey(), changes)).rejects.toMatchObject(refused);
  await expect(storage.health()).rejects.toMatchObject({ code: 'storage_unavailable' });
});

test.each([
  { tablePrefix: '1abc' },
  { tablePrefix: 'a-b' },
  { queuePrefix: 'Abc' },
  { account: { by: 'connectionString', connectionString: 'nonsense' } },
  { account: { by: 'identity', tableUri: 'x', queueUri: 'x' } },
] as const)('%j is misconfigured', (settings) => {
  expect(() => open(settings)).toThrowError(expect.objectContaining({ code: 'misconfigured' }));
});

test('an identity is asked for nothing until the first call', async () => {
  let asked = 0;
  const credential = async () => {
    asked += 1;
    throw new Error('no identity here');
  };
  const address = 'https://127.0.0.1:1/devstoreaccount1';
  const identity = {
    by: 'identity',
    tableUri: address,
    queueUri: address,
    clientId: undefined,
    managed: true,
  } as const;
  const storage = open({ account: identity, credential });
  expect(asked).toBe(0);
  const unavailable = { code: 'storage_unavailable', cause: { message: 'no identity here' } };
  await expect(storage.control.read(event)).rejects.toMatchObject(unavailable);
  await expect(storage.queue.send(watch)).rejects.toMatchObject(unavailable);
  expect(asked).toBeGreaterThan(0);
});

test('an account without an address of its queues is misconfigured where a queue is wanted', async () => {
  const connectionString = inject('azurite').replace(/QueueEndpoint=[^;]+;?/, '');
  const storage = open({ account: { by: 'connectionString', connectionString } });
  await storage.challenges.put(event, challenge(), undefined);
  await expect(storage.queue.send(watch)).rejects.toMatchObject({ code: 'misconfigured' });
  await expect(storage.health()).rejects.toMatchObject({ code: 'misconfigured' });
});
