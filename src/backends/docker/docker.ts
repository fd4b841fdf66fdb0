import { z } from 'zod';
import type { BackendDefinition } from '../backend.ts';
import { readTargets, type TargetReader } from '../read-targets.ts';
import { DockerSettings } from './docker-settings.ts';

const optionalText = z.string().optional();

/** The fields of one engine; BERTH_TARGETS uses these names. */
const EngineFields = z.strictObject({
  name: optionalText,
  host: z.string(),
  publicHost: optionalText,
  bindAddress: optionalText,
  tlsCa: optionalText,
  tlsCert: optionalText,
  tlsKey: optionalText,
  sshKey: optionalText,
  sshHostKey: optionalText,
  maxContainers: z.number().int().positive(),
  maxCores: z.number().positive().optional(),
  pids: z.number().int(),
  pull: z.boolean(),
  network: z.string(),
});
type EngineFields = z.infer<typeof EngineFields>;

const settingOf = {
  host: 'BERTH_DOCKER_HOST',
  publicHost: 'BERTH_DOCKER_PUBLIC_HOST',
  bindAddress: 'BERTH_DOCKER_BIND_ADDRESS',
  tlsCa: 'BERTH_DOCKER_TLS_CA',
  tlsCert: 'BERTH_DOCKER_TLS_CERT',
  tlsKey: 'BERTH_DOCKER_TLS_KEY',
  sshKey: 'BERTH_DOCKER_SSH_KEY',
  sshHostKey: 'BERTH_DOCKER_SSH_HOST_KEY',
  maxContainers: 'BERTH_DOCKER_MAX_CONTAINERS',
  maxCores: 'BERTH_DOCKER_MAX_CORES',
  pids: 'BERTH_DOCKER_PIDS',
  pull: 'BERTH_DOCKER_PULL',
  network: 'BERTH_DOCKER_NETWORK',
} as const;

/** What opens the engine, of these fields. */
function settingsInput(fields: EngineFields, deployment: string): unknown {
  const { host, tlsCa, tlsCert, tlsKey, sshKey, sshHostKey, publicHost, bindAddress, network } = fields;
  return {
    ...{ publicHost, bindAddress, network, deployment, pidsLimit: fields.pids, pullMissingImages: fields.pull },
    connection: { endpoint: host, tlsCa, tlsCert, tlsKey, sshKey, sshHostKey },
  };
}

/** The name this file uses for what the engine's own settings call otherwise. */
const fieldOf: Readonly<Record<string, keyof EngineFields>> = {
  endpoint: 'host',
  pidsLimit: 'pids',
  pullMissingImages: 'pull',
};

/** What is wrong with an engine's settings is known when they are read, not when a player starts. */
const CheckedEngineFields = EngineFields.superRefine((fields, context) => {
  const settings = DockerSettings.safeParse(settingsInput(fields, 'berth'));
  for (const issue of settings.error?.issues ?? []) {
    const field = String(issue.path[0] === 'connection' ? issue.path[1] : issue.path[0]);
    context.addIssue({ code: 'custom', path: [fieldOf[field] ?? field], message: issue.message });
  }
});

const reader = (defaults: TargetReader<EngineFields>['defaults']): TargetReader<EngineFields> => ({
  kind: 'docker',
  schema: CheckedEngineFields,
  defaults,
  settingOf,
  typicalMs: 2000,
  limits: ({ maxContainers, maxCores }) => ({
    groups: maxContainers,
    ...(maxCores !== undefined && { cores: maxCores }),
  }),
  async open(fields, { deployment, clock, log }) {
    const { openDocker } = await import('./open-docker.ts');
    return openDocker(DockerSettings.parse(settingsInput(fields, deployment)), { clock, log });
  },
});

export const docker: BackendDefinition = {
  kind: 'docker',
  readTargets(settings, list) {
    const defaults = Object.fromEntries(Object.entries(settingOf).map(([field, name]) => [field, settings[name]]));
    return readTargets(reader(defaults), list);
  },
  problemsOf: () => [],
};
