import { z } from 'zod';
import type { BackendDefinition } from '../backend.ts';
import { readTargets, type TargetReader } from '../read-targets.ts';
import { DockerConnection } from './docker-connection.ts';

const optionalText = z.string().optional();

/** The fields of one engine; BERTH_TARGETS uses these names. */
const EngineFields = z.object({
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

function connectionInput(fields: EngineFields): unknown {
  const { host, tlsCa, tlsCert, tlsKey, sshKey, sshHostKey } = fields;
  return { endpoint: host, tlsCa, tlsCert, tlsKey, sshKey, sshHostKey };
}

/** What is wrong with the connection is known when the settings are read, not when a player starts. */
const CheckedEngineFields = EngineFields.superRefine((fields, context) => {
  const connection = DockerConnection.safeParse(connectionInput(fields));
  for (const issue of connection.error?.issues ?? []) {
    const path = issue.path[0] === 'endpoint' ? ['host'] : [...issue.path];
    context.addIssue({ code: 'custom', path, message: issue.message });
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
    const [{ openDocker }, { DockerSettings }] = await Promise.all([
      import('./open-docker.ts'),
      import('./docker-settings.ts'),
    ]);
    const settings = DockerSettings.parse({
      connection: connectionInput(fields),
      publicHost: fields.publicHost,
      bindAddress: fields.bindAddress,
      deployment,
      pidsLimit: fields.pids,
      pullMissingImages: fields.pull,
      network: fields.network,
    });
    return openDocker(settings, { clock, log });
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
