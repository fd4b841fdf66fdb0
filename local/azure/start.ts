import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from './acr/registry.ts';
import { registryHandler } from './acr/registry-handler.ts';
import { armHandler } from './arm/arm-handler.ts';
import { Operations } from './arm/operations.ts';
import { type Clock, type Scheduler, systemClock, systemScheduler } from './clock.ts';
import { controlHandler } from './control/control-handler.ts';
import { Counters } from './counters.ts';
import { Faults } from './faults.ts';
import { GroupStore } from './groups/group-store.ts';
import { Provisioning } from './groups/provisioning.ts';
import { Quotas } from './groups/quotas.ts';
import type { Call, Outcome } from './http/answer.ts';
import { type Listening, serve } from './http/serve.ts';
import { identityToken } from './identity/identity-endpoint.ts';
import { Tokens } from './identity/tokens.ts';
import { optionsSchema, type StandInInput, type StandInOptions } from './options.ts';
import { RequestLimits } from './request-limits.ts';
import { DockerRunner } from './runners/docker-runner.ts';
import type { GroupRunner } from './runners/group-runner.ts';
import { ListenerRunner } from './runners/listener-runner.ts';
import { LoopbackAddresses, NominalAddresses } from './runners/loopback-addresses.ts';
import { silentRunner } from './runners/silent-runner.ts';
import { SettingsHolder } from './settings.ts';
import { selfSignedCertificate } from './tls/self-signed-certificate.ts';
import type { World } from './world.ts';

/** How often the ports of groups open and close without anybody asking. Real milliseconds. */
const TICK_MS = 250;

export interface StandInPorts {
  readonly clock: Clock;
  /** Token times; the SDKs compare them with the real time, so this stays real when `clock` is virtual. */
  readonly tokenClock: Clock;
  readonly scheduler: Scheduler;
  readonly newId: () => string;
  readonly onBug: (error: unknown) => void;
  /** Certificates that this process was told to trust besides its own list: they are kept for its children. */
  readonly extraCaFile: string | undefined;
}

/** Names of what the stand-in offers, as an app's settings need them. */
export interface StandInFacts {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  /** Of the app's own identity, for `ManagedIdentityCredential`. */
  readonly clientId: string;
  /** Resource id of the identity that groups pull with. */
  readonly pullIdentityId: string | undefined;
  /** Login server: what stands before the first slash of an image's name. */
  readonly registryHost: string;
}

export interface AzureStandIn extends StandInFacts {
  /** https origin of ARM and of the registry alike: the `endpoint` to give their clients. */
  readonly url: string;
  /** http origin of the controls under `/_control/`. */
  readonly controlUrl: string;
  /** For a process that is to use the stand-in: set before it starts. */
  readonly environment: Readonly<Record<string, string>>;
  /** For `trustCertificate`, in a process that has started already. */
  readonly certificatePem: string;
  /** Opens and closes the ports that are due; for a clock that a test moves. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the stand-in on 127.0.0.1. Rejects when the options make no sense or a port is taken. */
export async function startAzureStandIn(
  input: StandInInput = {},
  given: Partial<StandInPorts> = {},
): Promise<AzureStandIn> {
  const options = optionsSchema.parse(input);
  const ports = withDefaults(given);
  const certificate = selfSignedCertificate(new Date());
  const ready = Promise.withResolvers<World>();
  const route = (handler: typeof routed) => async (call: Call) => handler(await ready.promise, call);
  const https = await serve(route(routed), { port: options.httpsPort, certificate, onBug: ports.onBug });
  const http = await serve(route(routedOpenly), { port: options.httpPort, onBug: ports.onBug }).catch(async (error) => {
    await https.close();
    throw error;
  });
  const world = buildWorld(options, ports, https.origin);
  ready.resolve(world);
  const trust = await writeTrust(certificate.certificatePem, ports.extraCaFile);
  const endTicks = ports.scheduler.every(TICK_MS, () => {
    world.provisioning.settle().catch(ports.onBug);
  });
  return {
    ...factsOf(options),
    url: https.origin,
    controlUrl: http.origin,
    certificatePem: certificate.certificatePem,
    environment: {
      IDENTITY_ENDPOINT: `${http.origin}/msi/token`,
      IDENTITY_HEADER: world.identityHeader,
      NODE_EXTRA_CA_CERTS: trust.file,
    },
    settle: () => world.provisioning.settle(),
    stop: () => stopAll(world, [https, http], endTicks, trust.directory),
  };
}

function withDefaults(given: Partial<StandInPorts>): StandInPorts {
  const { NODE_EXTRA_CA_CERTS: extraCaFile } = process.env;
  return {
    clock: systemClock,
    tokenClock: given.clock ?? systemClock,
    scheduler: systemScheduler,
    newId: randomUUID,
    onBug: (error) => process.stderr.write(`azure stand-in: ${error instanceof Error ? error.stack : String(error)}\n`),
    extraCaFile,
    ...given,
  };
}

function buildWorld(options: StandInOptions, ports: StandInPorts, origin: string): World {
  const { clock, scheduler, newId, onBug } = ports;
  const settings = new SettingsHolder(options.settings);
  const store = new GroupStore();
  const runner = chosenRunner(options, clock);
  const addresses = options.listen || options.docker ? new LoopbackAddresses() : new NominalAddresses();
  return {
    options,
    settings,
    clock,
    scheduler,
    newId,
    origin,
    store,
    runner,
    addresses,
    identityHeader: randomBytes(24).toString('hex'),
    tokens: new Tokens(ports.tokenClock, `https://sts.windows.net/${options.tenantId}/`),
    provisioning: new Provisioning({ clock, store, runner, addresses, onBug }),
    operations: new Operations(newId),
    quotas: new Quotas(clock, settings, store),
    limits: new RequestLimits(clock, settings),
    counters: new Counters(),
    faults: new Faults(),
    registry: new Registry(options.registry.host, options.registry.repositories),
  };
}

function chosenRunner(options: StandInOptions, clock: Clock): GroupRunner {
  const { docker, registry, listen } = options;
  if (docker) return new DockerRunner({ ...docker, instance: randomUUID(), registryHost: registry.host });
  return listen ? new ListenerRunner(clock) : silentRunner;
}

function factsOf(options: StandInOptions): StandInFacts {
  const [subscription] = options.subscriptions;
  const app = options.identities.find(({ onApp }) => onApp);
  return {
    tenantId: options.tenantId,
    subscriptionId: subscription?.id ?? '',
    resourceGroup: subscription?.resourceGroups[0] ?? '',
    location: options.locations[0] ?? '',
    clientId: app?.clientId ?? '',
    pullIdentityId: app?.assigns[0],
    registryHost: options.registry.host,
  };
}

/** https: what bearer tokens may be sent to. */
async function routed(world: World, call: Call): Promise<Outcome> {
  const registry = call.path.startsWith('/acr/') || call.path.startsWith('/oauth2/');
  return registry ? registryHandler(world, call) : armHandler(world, call);
}

/** http: the identity endpoint, which App Service serves so too, and the controls. */
async function routedOpenly(world: World, call: Call): Promise<Outcome> {
  if (call.method === 'GET' && call.path === '/msi/token') return identityToken(world, call);
  return controlHandler(world, call);
}

async function writeTrust(
  certificatePem: string,
  extraCaFile: string | undefined,
): Promise<{ file: string; directory: string }> {
  const others = extraCaFile ? await readFile(extraCaFile, 'utf8') : '';
  const directory = await mkdtemp(join(tmpdir(), 'berth-azure-'));
  const file = join(directory, 'trusted.pem');
  await writeFile(file, `${others.trimEnd()}\n${certificatePem}`.trimStart());
  return { file, directory };
}

async function stopAll(
  world: World,
  servers: readonly Listening[],
  endTicks: () => void,
  directory: string,
): Promise<void> {
  endTicks();
  await Promise.all(servers.map((server) => server.close()));
  await world.provisioning.clear();
  await world.runner.close();
  await world.addresses.close();
  await rm(directory, { recursive: true, force: true });
}
