import type { RunnableGroup } from '../runners/group-runner.ts';
import type { GroupRecord } from './group-record.ts';

export function runnableGroup(record: GroupRecord): RunnableGroup {
  const { containers, restartPolicy, ipAddress } = record.body.properties;
  return {
    key: record.key,
    name: record.name,
    address: record.address,
    ports: (ipAddress?.ports ?? []).map(({ port, protocol }) => ({ port, protocol })),
    restartPolicy,
    log: record.effects.log,
    containers: containers.map(({ name, properties }) => ({
      name,
      image: properties.image,
      command: properties.command,
      environment: properties.environmentVariables.map((variable) => ({
        name: variable.name,
        value: variable.secureValue ?? variable.value ?? '',
      })),
      cpu: properties.resources?.requests?.cpu ?? 1,
      memoryInGB: properties.resources?.requests?.memoryInGB ?? 1,
    })),
  };
}
