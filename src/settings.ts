import { z } from 'zod';
import { TokenKeys } from './core/auth/token-key.ts';
import { SizeName } from './core/challenges/challenge.ts';
import { BackendKind, EventName } from './core/ids.ts';

/** A JSON text, parsed before its own schema sees it. */
function json<T extends z.ZodType>(schema: T): z.ZodPipe<z.ZodTransform<unknown, string>, T> {
  const parsed = z.transform((text: string, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: 'custom', message: 'not valid JSON', input: text });
      return z.NEVER;
    }
  });
  return z.pipe(parsed, schema);
}

const wholeNumber = (low: number, high: number) =>
  z.string().regex(/^\d+$/, 'not a whole number').transform(Number).pipe(z.number().min(low).max(high));
const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'not a number')
  .transform(Number)
  .pipe(z.number().min(0).max(1000));
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const text = z.string().trim().min(1);

/** One app setting: what it is for, what it must look like, and what holds when it is absent. */
export interface Setting<T extends z.ZodType = z.ZodType> {
  readonly about: string;
  readonly schema: T;
  /** As it would be written in the portal. Absent: optional without a default, unless `required`. */
  readonly fallback?: string;
  readonly required?: true;
  /** Never shown, not even in a fault. */
  readonly secret?: true;
  /** The backend it belongs to; absent for both. */
  readonly backend?: BackendKind;
}

const setting = <T extends z.ZodType>(definition: Setting<T>): Setting<T> => definition;

/** Every app setting of Berth. docs/settings.md and local.settings.example.json are held against this table. */
export const settings = {
  BERTH_EVENT: setting({
    about: 'The name of the CTF: part of every key, label and token. Lower-case letters, digits and hyphens.',
    schema: EventName,
    fallback: 'ctf',
  }),
  BERTH_DEPLOYMENT: setting({
    about:
      'Names this deployment on everything it creates, so that two deployments may share an engine or a resource group.',
    schema: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'lower-case letters, digits and hyphens, at most 41'),
    fallback: 'berth',
  }),
  BERTH_BACKEND: setting({
    about: 'Where containers run: `docker` or `aci`.',
    schema: BackendKind,
    fallback: 'docker',
  }),
  BERTH_TOKEN_KEYS: setting({
    about:
      'The front ends’ keys as a JSON list: `[{"kid","iss","alg":"EdDSA","x"}]`, public keys only; or `{"kid","iss","alg":"HS256","k"}` with at least 256 bits. CTFd’s admin page shows the line to paste.',
    schema: json(TokenKeys),
    required: true,
    secret: true,
  }),
  BERTH_EVENT_END: setting({
    about: 'When the event ends, such as `2027-03-01T18:00:00Z`: no container lives longer.',
    schema: z.iso.datetime({ offset: true }).transform((iso) => Date.parse(iso)),
  }),
  BERTH_DNS_PREFIX: setting({
    about: 'The beginning of every container’s DNS label on Azure.',
    schema: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/, 'a letter first, then letters, digits and hyphens, 2 to 20'),
    fallback: 'ctfd',
  }),
  BERTH_DEFAULT_SIZE: setting({
    about: 'The size of a challenge that names none: `small` (1 vCPU, 1.5 GB), `medium` (2, 4) or `large` (4, 16).',
    schema: SizeName,
    fallback: 'small',
  }),
  BERTH_DEFAULT_LIFETIME_MINUTES: setting({
    about: 'How long a container lives when its challenge does not say; 0 for until the event ends.',
    schema: wholeNumber(0, 10_080),
    fallback: '60',
  }),
  BERTH_DEFAULT_RENEWALS: setting({
    about: 'How many times a player may add time when the challenge does not say.',
    schema: wholeNumber(0, 100),
    fallback: '5',
  }),
  BERTH_MAX_AGE_MINUTES: setting({
    about: 'No added time takes a container past this age.',
    schema: wholeNumber(1, 43_200),
    fallback: '480',
  }),
  BERTH_QUOTA: setting({
    about: 'Containers a player or team may have at once.',
    schema: wholeNumber(1, 1000),
    fallback: '3',
  }),
  BERTH_STARTS_PER_MINUTE: setting({
    about: 'Starts and resets a player or team may ask for within a minute.',
    schema: wholeNumber(1, 1000),
    fallback: '6',
  }),
  BERTH_TARGETS: setting({
    about:
      'Several targets as a JSON list; each names itself and what differs from the settings of its backend: `[{"name":"west","region":"westeurope"},{"name":"north","region":"northeurope"}]`.',
    schema: json(
      z
        .array(z.looseObject({ name: z.string() }))
        .min(1)
        .max(50),
    ),
  }),
  BERTH_COST_CPU_HOUR: setting({
    about: 'US dollars for one vCPU for an hour, for the estimate on the organiser’s page.',
    schema: decimal,
    fallback: '0.0405',
  }),
  BERTH_COST_GB_HOUR: setting({
    about: 'US dollars for one GB of memory for an hour, for the same estimate.',
    schema: decimal,
    fallback: '0.00445',
  }),

  BERTH_DOCKER_HOST: setting({
    about: 'The engine: `unix:///var/run/docker.sock`, `tcp://host:2376` with TLS, or `ssh://user@host`.',
    schema: text,
    fallback: 'unix:///var/run/docker.sock',
    backend: 'docker',
  }),
  BERTH_DOCKER_PUBLIC_HOST: setting({
    about: 'The host name that players connect to. By default the engine’s own.',
    schema: text,
    backend: 'docker',
  }),
  BERTH_DOCKER_BIND_ADDRESS: setting({
    about:
      'The address of the engine’s host that published ports listen on. By default all, or loopback when only this machine is told of them.',
    schema: text,
    backend: 'docker',
  }),
  BERTH_DOCKER_TLS_CA: setting({ about: 'PEM: who signed the engine’s certificate.', schema: text, backend: 'docker' }),
  BERTH_DOCKER_TLS_CERT: setting({
    about: 'PEM: Berth’s own certificate for the engine.',
    schema: text,
    backend: 'docker',
  }),
  BERTH_DOCKER_TLS_KEY: setting({
    about: 'PEM: the key to that certificate.',
    schema: text,
    secret: true,
    backend: 'docker',
  }),
  BERTH_DOCKER_SSH_KEY: setting({
    about: 'PEM: the private key for ssh://.',
    schema: text,
    secret: true,
    backend: 'docker',
  }),
  BERTH_DOCKER_SSH_HOST_KEY: setting({
    about: 'The fingerprint of the engine’s host key, `SHA256:…`, as `ssh-keyscan HOST | ssh-keygen -lf -` prints it.',
    schema: text,
    backend: 'docker',
  }),
  BERTH_DOCKER_MAX_CONTAINERS: setting({
    about: 'How many containers one engine takes; who comes later waits in line.',
    schema: wholeNumber(1, 1000),
    fallback: '200',
    backend: 'docker',
  }),
  BERTH_DOCKER_MAX_CORES: setting({
    about: 'How many vCPU the containers of one engine may ask for together. By default no limit.',
    schema: decimal,
    backend: 'docker',
  }),
  BERTH_DOCKER_PIDS: setting({
    about: 'Processes and threads in one container.',
    schema: wholeNumber(16, 100_000),
    fallback: '256',
    backend: 'docker',
  }),
  BERTH_DOCKER_PULL: setting({
    about: '`true` fetches an image that the engine does not have; otherwise such a start fails.',
    schema: flag,
    fallback: 'false',
    backend: 'docker',
  }),
  BERTH_DOCKER_NETWORK: setting({
    about: 'The network that all containers stand on; made when missing.',
    schema: text,
    fallback: 'berth',
    backend: 'docker',
  }),

  BERTH_AZURE_SUBSCRIPTION_ID: setting({
    about: 'The subscription of the players’ containers.',
    schema: text,
    backend: 'aci',
  }),
  BERTH_AZURE_RESOURCE_GROUP: setting({
    about: 'The resource group of the players’ containers, and of nothing else.',
    schema: text,
    backend: 'aci',
  }),
  BERTH_AZURE_REGION: setting({ about: 'Their region, such as `westeurope`.', schema: text, backend: 'aci' }),
  BERTH_PULL_MODE: setting({
    about: 'How groups pull from the registry: `identity`, `token` or `none` (public images).',
    schema: z.enum(['identity', 'token', 'none']),
    fallback: 'none',
    backend: 'aci',
  }),
  BERTH_PULL_IDENTITY_ID: setting({
    about: 'For `identity`: the resource id of the user-assigned identity that has AcrPull and nothing else.',
    schema: text,
    backend: 'aci',
  }),
  BERTH_REGISTRY_SERVER: setting({
    about: 'The registry’s login server, such as `events.azurecr.io`.',
    schema: text,
    backend: 'aci',
  }),
  BERTH_AZURE_MAX_GROUPS: setting({
    about: 'Container groups that Azure allows in the region (its quota).',
    schema: wholeNumber(1, 100_000),
    fallback: '100',
    backend: 'aci',
  }),
  BERTH_AZURE_MAX_CORES: setting({
    about: 'Cores that Azure allows in the region (its quota).',
    schema: wholeNumber(1, 1_000_000),
    fallback: '100',
    backend: 'aci',
  }),
  BERTH_AZURE_STARTS_PER_5_MINUTES: setting({
    about: 'Creates that Azure allows in 5 minutes.',
    schema: wholeNumber(1, 100_000),
    fallback: '100',
    backend: 'aci',
  }),
  BERTH_AZURE_STARTS_PER_HOUR: setting({
    about: 'Creates that Azure allows in an hour.',
    schema: wholeNumber(1, 1_000_000),
    fallback: '300',
    backend: 'aci',
  }),
  BERTH_IDENTITY_CLIENT_ID: setting({
    about: 'The client id of the app’s own user-assigned identity.',
    schema: text,
    backend: 'aci',
  }),
  BERTH_ARM_ENDPOINT: setting({ about: 'Azure Resource Manager, for sovereign clouds.', schema: text, backend: 'aci' }),
  BERTH_ARM_AUDIENCE: setting({
    about: 'What its tokens are issued for. By default the endpoint.',
    schema: text,
    backend: 'aci',
  }),
  BERTH_REGISTRY_AUDIENCE: setting({
    about: 'What the registry’s tokens are issued for, in sovereign clouds.',
    schema: text,
    backend: 'aci',
  }),
  BERTH_REGISTRY_ENDPOINT: setting({
    about: 'The registry’s address where it is not https://<BERTH_REGISTRY_SERVER>.',
    schema: text,
    backend: 'aci',
  }),
} as const;
