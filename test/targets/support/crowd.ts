import type { SettingsInput } from '../../../local/azure/settings.ts';
import { type Config, readConfig } from '../../../src/config.ts';
import { ChallengeSpec } from '../../../src/core/challenges/challenge.ts';
import type { Container } from '../../../src/core/containers/container.ts';
import { present } from '../../../src/core/containers/present.ts';
import { requestContainer } from '../../../src/core/containers/request-container.ts';
import { ChallengeId, type Instant, minutes, Owner, seconds, type TargetName } from '../../../src/core/ids.ts';
import type { Lifecycle } from '../../../src/core/lifecycle.ts';
import { credentialSource } from '../../../src/identity/credential.ts';
import { Random } from '../../simulation/random.ts';
import type { CrowdAzure } from './crowd-azure.ts';
import { type CrowdHosts, startHosts } from './crowd-hosts.ts';
import { type CrowdStores, crowdStores } from './crowd-stores.ts';
import { VirtualTime } from './virtual-time.ts';

export interface CrowdPlan {
  readonly players: number;
  readonly lifetimeMinutes: number;
  /** From one ask to the next. */
  readonly askEveryMs: number;
  /** Processes of the app. */
  readonly hosts: number;
  readonly coldStartMs: number;
  readonly deletingMs: number;
  readonly regions: readonly string[];
  /** What differs from Azure's defaults. */
  readonly azure?: SettingsInput;
  /** How long the app has been there, and its timers with it, before anybody asks. */
  readonly quietMs?: number;
}

/** What happened to one player's container. */
export interface Told {
  readonly askedAt: Instant;
  /** The first estimate a player could read, and when. */
  promise?: { readonly at: Instant; readonly readyAt: Instant };
  startedAt?: Instant;
  readyAt?: Instant;
  target?: TargetName;
  failed?: string;
}

export interface Crowd extends CrowdHosts {
  readonly time: VirtualTime;
  /** By container id, in order of asking. */
  readonly told: ReadonlyMap<string, Told>;
  ready(): number;
  /** Runs until everybody's container was ready, for `limitMs` at most. */
  untilReady(limitMs: number): Promise<void>;
  /** The same, and until all of them are gone again. */
  untilGone(limitMs: number): Promise<void>;
}

const start = Date.UTC(2031, 4, 17, 9);
const challenge = ChallengeId.parse('storm');
const ownKey = { kid: 'k', iss: 'ctfd', alg: 'EdDSA', x: 'vT9J7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27Y' };

function configOf(plan: CrowdPlan, { standIn }: CrowdAzure): Config {
  const config = readConfig({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    BERTH_BACKEND: 'aci',
    BERTH_TOKEN_KEYS: JSON.stringify([ownKey]),
    BERTH_DEFAULT_LIFETIME_MINUTES: String(plan.lifetimeMinutes),
    BERTH_AZURE_SUBSCRIPTION_ID: standIn.subscriptionId,
    BERTH_AZURE_RESOURCE_GROUP: standIn.resourceGroup,
    BERTH_ARM_ENDPOINT: standIn.url,
    BERTH_ARM_AUDIENCE: 'https://management.azure.com',
    BERTH_TARGETS: JSON.stringify(plan.regions.map((region) => ({ name: region, region }))),
  });
  if (config.faults.length > 0) throw new Error(config.faults.join('\n'));
  return config;
}

function record(told: Map<string, Told>, row: Container, now: Instant): void {
  const one = told.get(row.id) ?? { askedAt: row.requestedAt };
  told.set(row.id, one);
  const { etaSeconds } = present(row, now);
  if (etaSeconds !== undefined) one.promise ??= { at: now, readyAt: now + seconds(etaSeconds) };
  if (row.state === 'provisioning') one.startedAt ??= now;
  if (row.state === 'running') one.readyAt ??= now;
  if (row.state === 'running') one.target = row.target;
  if (row.state === 'failed') one.failed = `${row.code}: ${row.history.at(-1)?.detail}`;
}

async function register({ stores }: CrowdStores, config: Config): Promise<void> {
  const ports = [{ label: 'Web', port: 8080, protocol: 'http' }];
  const spec = ChallengeSpec.parse({ containers: [{ image: 'docker.io/library/nginx:1', size: 'small' }], ports });
  const row = { id: challenge, name: 'Storm', spec, revision: 1, updatedAt: start };
  await stores.challenges.put(config.lifecycle.event, row, undefined);
}

async function ask(life: Lifecycle, player: number): Promise<void> {
  const owner = Owner.parse(`users:${player}`);
  const actor = { id: String(player), name: `Player ${player}` };
  await requestContainer(life, { event: life.settings.event, owner, challenge, actor, ownerName: actor.name });
}

/** Everybody asks, and nothing is in the way but Azure's limits. Core, the ACI backend and the SDK are the real ones. */
export async function openCrowd(azure: CrowdAzure, plan: CrowdPlan): Promise<Crowd> {
  const time = new VirtualTime(start);
  const random = new Random(1, 'crowd');
  const { coldStartMs, deletingMs } = plan;
  await azure.begin(time, { coldStartMs, deletingMs, ...plan.azure });
  const told = new Map<string, Told>();
  const note = (row: Container): void => record(told, row, time.now);
  const stores = crowdStores(time, () => random.between(1, 8), note);
  const config = configOf(plan, azure);
  const credential = credentialSource({ clientId: azure.standIn.clientId, environment: process.env });
  const { hosts, calls, counts } = await startHosts({ time, random, config, credential, stores }, plan.hosts);
  await Promise.all([register(stores, config), time.runUntil(start + (plan.quietMs ?? seconds(1)), () => false)]);
  for (let player = 1; player <= plan.players; player += 1) {
    time.after(player * plan.askEveryMs, () => void ask(random.pick(hosts), player));
  }
  const ready = (): number => [...told.values()].filter((one) => one.readyAt !== undefined).length;
  const untilReady = (limitMs: number): Promise<void> =>
    time.runUntil(time.now + limitMs, () => ready() === plan.players);
  return {
    ...{ time, told, hosts, calls, counts, ready, untilReady },
    untilGone: async (limitMs) => {
      await untilReady(limitMs);
      await time.runUntil(time.now + minutes(plan.lifetimeMinutes + 3), () => false);
      await time.runUntil(time.now + minutes(90), () => stores.queues.release.length === 0);
    },
  };
}
