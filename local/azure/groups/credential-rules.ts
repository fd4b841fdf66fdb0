import type { ArmError } from '../arm/arm-error.ts';
import { ambiguousCredential, identityNotOnGroup, invalidRegistryServer } from '../arm/provider-refusals.ts';
import type { GroupBody } from './group-body.ts';

const HOST = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d+)?$/i;

export function refuseCredentials(group: string, body: GroupBody): ArmError | undefined {
  const onGroup = Object.keys(body.identity?.userAssignedIdentities ?? {}).map((id) => id.toLowerCase());
  for (const { server, username, password, identity } of body.properties.imageRegistryCredentials) {
    if (!HOST.test(server)) return invalidRegistryServer(server, group);
    const byUser = username !== undefined || password !== undefined;
    if (byUser === (identity !== undefined)) return ambiguousCredential(group);
    if (identity !== undefined && !onGroup.includes(identity.toLowerCase())) return identityNotOnGroup(group);
  }
  return undefined;
}
