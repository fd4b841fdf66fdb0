import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { TableClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import { z } from 'zod';
import { ApiError, type Deployment, manageClient, playerClient } from '../../../local/api-client.ts';
import { startAzurite } from '../../../local/azurite.ts';
import { localAzure } from '../../../local/local-backend.ts';
import { createSigningKey, publicEntry } from '../../../local/signing-key.ts';
import { type Stack, startStack } from '../../../local/stack.ts';
import { HealthResult } from '../../../src/functions/api-schemas.ts';
import { AzureTable } from '../../../src/storage/azure-table.ts';
import type { TableName } from '../../../src/storage/stores.ts';
import type { Columns } from '../../../src/storage/table.ts';
import { requireBuiltApp } from '../../support/built-app.ts';
import { Violation } from '../violation.ts';
import type { OwnersOfStarts } from './let-in.ts';
import { LogWatch } from './log-watch.ts';
import { checkLeaks, type Secrets } from './oracle.ts';
import { owners, victim } from './pools.ts';
import { otherKid, TokenMint } from './tokens.ts';

const event = 'ctf';
const honest = { owner: 'users:9', challenge: 'honest' } as const;
const upLimitMs = 60_000;
const httpClient = createDefaultHttpClient();
const queueNames = ['provision', 'watch', 'release', 'provision-poison', 'watch-poison', 'release-poison'] as const;

export interface PlantedRow {
  readonly table: TableName;
  readonly partition: string;
  readonly row: string;
  readonly columns: Columns;
}

/** The built app on the local Functions host, over Azurite and the stand-in for Azure, with a victim on it. */
export interface FuzzDeployment {
  readonly port: number;
  readonly mint: TokenMint;
  readonly secrets: Secrets;
  readonly startsOf: OwnersOfStarts;
  /** Puts back what calls rightly change for everybody: switches and challenges. */
  restore(): Promise<void>;
  /** A message as any writer to the queues might leave it, encoded or not. */
  sendMessage(queue: number, text: string): Promise<void>;
  /** A row as it is, in the running host's own tables. */
  plantRow(row: PlantedRow): Promise<void>;
  /** How many calls the app's log says to have failed for a row that cannot be read. */
  unreadableTold(): number;
  /** @throws {Violation} when it does not come to so many: then what failed was something else. */
  untilUnreadableTold(count: number): Promise<void>;
  /** @throws {Violation} unless the service is well, the victim's rows are as they were, and an honest player is served. */
  checkAfterwards(): Promise<void>;
  stop(): Promise<void>;
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + upLimitMs;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Violation('wrong', `never came to pass: ${what}`);
    await delay(200);
  }
}

const web = (image: string) => ({
  containers: [{ image, size: 'small' }],
  ports: [{ label: 'Web', port: 8080, protocol: 'http' }],
  lifetimeMinutes: 60,
});

/** Every value has the word in it, so that an answer that holds any of them is known by it. */
function victimsSpec(image: string) {
  const [container] = web(image).containers;
  return {
    ...web(image),
    containers: [
      {
        ...container,
        command: ['/bin/sh', '-c', `echo ${victim.word}-command`],
        environment: { NOTE: `${victim.word}-environment` },
        secretEnvironment: { FLAG: `flag{${victim.word}-secret}` },
      },
    ],
    lifetimeMinutes: 0,
  };
}

const settings = {
  BERTH_EVENT: event,
  BERTH_STARTS_PER_MINUTE: '1000',
  BERTH_QUOTA: '4',
  BERTH_AZURE_STARTS_PER_5_MINUTES: '15000',
  BERTH_AZURE_STARTS_PER_HOUR: '15000',
} as const;

const wideQuotas = {
  createsPer5Minutes: 100_000,
  createsPerHour: 100_000,
  deletesPer5Minutes: 100_000,
  deletesPerHour: 100_000,
};

async function victimsRows(storage: string): Promise<unknown[]> {
  const table = TableClient.fromConnectionString(storage, 'containers', { allowInsecureConnection: true });
  const filter = `PartitionKey eq '${event}~${victim.owner}'`;
  return Array.fromAsync(table.listEntities({ queryOptions: { filter } }));
}

async function prepareVictim(deployment: Deployment, images: { readonly victims: string; readonly web: string }) {
  const manage = manageClient(deployment);
  await manage.putChallenge(victim.challenge, { name: 'Vault', revision: 1, spec: victimsSpec(images.victims) });
  await manage.putChallenge(honest.challenge, { name: 'Honest', revision: 1, spec: web(images.web) });
  const player = playerClient(deployment, victim.owner, victim.challenge, `${victim.word} Team`);
  await player.request();
  await until('the victim’s container runs', async () => (await player.state()).state === 'running');
  return player.state();
}

function secretsOf(
  stack: Stack,
  key: { readonly d: string },
  identityHeader: string,
  view: Awaited<ReturnType<typeof prepareVictim>>,
): Secrets {
  const accountKey = /AccountKey=([^;]+)/.exec(stack.storage)?.[1] ?? '';
  const [endpoint] = view.endpoints;
  return {
    never: new Map([
      ['the signing key', key.d],
      ['the key of the storage account', accountKey],
      ['the host’s master key', stack.masterKey],
      ['the secret of the identity endpoint', identityHeader],
      ['the flag', `${victim.word}-secret`],
      ['the command', `${victim.word}-command`],
      ['the environment', `${victim.word}-environment`],
    ]),
    othersOnly: new Map([
      ['a word of the victim’s', victim.word],
      ['the id of the victim’s container', view.id ?? ''],
      ['the victim’s address', `"${endpoint?.ip}"`],
    ]),
  };
}

async function addImage(controlUrl: string, reference: string): Promise<void> {
  const [, name = ''] = /^[^/]+\/([^:]+)/.exec(reference) ?? [];
  const createdOn = '2026-01-05T10:00:00Z';
  const tags = [{ name: '1', createdOn }];
  const repositories = [
    { name, createdOn, tags },
    { name: `challenges/${victim.word}`, createdOn, tags },
  ];
  await control(controlUrl, 'PUT', 'registry', { repositories });
  await control(controlUrl, 'PATCH', 'settings', { quota: wideQuotas });
}

async function control(url: string, method: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${url}/_control/${path}`, { method, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

export async function startFuzzDeployment(): Promise<FuzzDeployment> {
  requireBuiltApp();
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    return await open(closing, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(closing: (() => Promise<unknown>)[], stop: () => Promise<void>): Promise<FuzzDeployment> {
  const azure = await localAzure({ coldStartMs: 200 });
  closing.push(() => azure.stop());
  const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '' } = azure.settings;
  await addImage(new URL(IDENTITY_ENDPOINT).origin, azure.images.web);
  const registry = azure.images.web.split('/')[0] ?? '';
  const images = { web: azure.images.web.replace(/:[^:]*$/, ':1'), victims: `${registry}/challenges/${victim.word}:1` };
  const azurite = await startAzurite();
  closing.push(() => azurite.stop());
  const key = await createSigningKey({ event, iss: 'fuzz', kid: 'fuzz-1' });
  const other = await createSigningKey({ event, iss: 'fuzz', kid: otherKid });
  const log = new LogWatch();
  const stack = await startStack({
    storage: azurite.connectionString,
    settings: { ...azure.settings, ...settings, BERTH_TOKEN_KEYS: JSON.stringify([key, other].map(publicEntry)) },
    origins: ['https://ctf.example'],
    onLog: log.onLog,
  });
  closing.push(() => stack.stop());
  const deployment = { url: stack.url, key };
  const view = await prepareVictim(deployment, images);
  const secrets = secretsOf(stack, key, IDENTITY_HEADER, view);
  log.guard(secrets);
  const before = await victimsRows(stack.storage);
  const queues = QueueServiceClient.fromConnectionString(stack.storage);
  const manage = manageClient(deployment);
  let revision = 1;
  const restore = async (): Promise<void> => {
    await openSwitches(manage);
    await startSome(deployment);
    await manage.deleteChallenge('second');
    await manage.putChallenge('second', { name: 'Second', revision: revision++, spec: web(images.web) });
  };
  const lasting = { ...web(images.web), lifetimeMinutes: 0, releaseOnSolve: { when: 'after', seconds: 86_400 } };
  await manage.putChallenge('lasting', { name: 'Lasting', revision: 1, spec: lasting });
  await manage.putChallenge('web', { name: 'Web', revision: 1, spec: { ...web(images.web), renewals: 100 } });
  await restore();
  return {
    port: Number(new URL(stack.url).port),
    mint: await TokenMint.open(key),
    secrets,
    startsOf: new Map(),
    restore,
    async sendMessage(queue, text) {
      const client = queues.getQueueClient(queueNames[queue % queueNames.length] ?? 'provision');
      await client.createIfNotExists();
      await client.sendMessage(text);
    },
    async plantRow({ table, partition, row, columns }) {
      const client = TableClient.fromConnectionString(stack.storage, table, { allowInsecureConnection: true });
      await new AzureTable({ client: () => client, httpClient, count: () => undefined }).upsert(partition, [
        { row, columns },
      ]);
    },
    unreadableTold: () => log.unreadable,
    untilUnreadableTold: (count) => until('a row that cannot be read is told', async () => log.unreadable >= count),
    async checkAfterwards() {
      await runPasses(stack, log);
      await restore();
      for (const owner of owners) await manage.call('DELETE', `manage/owners/${owner}`);
      await checkHonest(deployment);
      await checkQueuesDrain(queues);
      const after = await victimsRows(stack.storage);
      if (!isDeepStrictEqual(after, before)) {
        const [was, is] = [JSON.stringify(before), JSON.stringify(after)];
        const audit = JSON.stringify(await manage.call('GET', `manage/audit?owner=${victim.owner}`));
        throw new Violation('wrong', `the victim’s rows are not as they were: ${was} became ${is}; audit: ${audit}`);
      }
      const now = await playerClient(deployment, victim.owner, victim.challenge).state();
      if (!isDeepStrictEqual(now.endpoints, view.endpoints))
        throw new Violation('wrong', 'the victim’s container has moved');
      await checkHealth(deployment, secrets);
      if (log.violation !== undefined) throw log.violation;
    },
    stop,
  };
}

/** So that calls meet containers that run. Who has enough of them is refused. */
async function startSome(deployment: Deployment): Promise<void> {
  await Promise.all(
    owners
      .flatMap((owner) => ['web', 'lasting', victim.challenge].map((id) => playerClient(deployment, owner, id)))
      .map((player) =>
        player.request().catch((error: unknown) => {
          if (!(error instanceof ApiError)) throw error;
        }),
      ),
  );
}

async function openSwitches(manage: ReturnType<typeof manageClient>): Promise<void> {
  const control = z.object({
    pausedChallenges: z.record(z.string(), z.unknown()),
    drainedTargets: z.record(z.string(), z.unknown()),
  });
  const { pausedChallenges, drainedTargets } = control.parse(await manage.call('GET', 'manage/control'));
  const off = (switches: object) => Object.fromEntries(Object.keys(switches).map((name) => [name, false]));
  await manage.call('PUT', 'manage/control', {
    paused: false,
    globalMaximum: null,
    pausedChallenges: off(pausedChallenges),
    drainedTargets: off(drainedTargets),
  });
}

/** Both timers' functions, over whatever stands in the tables by now. */
async function runPasses(stack: Stack, log: LogWatch): Promise<void> {
  for (const [name, pass] of [
    ['expire-containers', 'Expire pass'],
    ['reconcile-containers', 'Reconcile pass'],
  ] as const) {
    const before = log.passes(pass);
    const headers = { 'x-functions-key': stack.masterKey, 'content-type': 'application/json' };
    await fetch(`${stack.url}/admin/functions/${name}`, { method: 'POST', headers, body: '{}' });
    await until(`${name} is over`, async () => log.passes(pass) > before);
  }
}

async function checkHonest(deployment: Deployment): Promise<void> {
  const player = playerClient(deployment, honest.owner, honest.challenge);
  await player.request();
  await until('an honest player’s container runs', async () => (await player.state()).state === 'running');
  await player.stop();
}

async function checkHealth(deployment: Deployment, secrets: Secrets): Promise<void> {
  const text = await (await fetch(`${deployment.url}/api/health`)).text();
  checkLeaks(text, secrets, false);
  const health = HealthResult.safeParse(JSON.parse(text));
  if (health.data?.status !== 'ok') throw new Violation('wrong', `health afterwards: ${text.slice(0, 500)}`);
}

/** What waits for a later moment may still lie there; nothing else. */
async function checkQueuesDrain(queues: QueueServiceClient): Promise<void> {
  for (const name of queueNames) {
    const queue = queues.getQueueClient(name);
    await queue.createIfNotExists();
    await until(`${name} has nothing left that could be handled`, async () => {
      const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 1 });
      return peekedMessageItems.length === 0;
    });
  }
}
