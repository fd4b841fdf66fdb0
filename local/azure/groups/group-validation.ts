import { isDeepStrictEqual } from 'node:util';
import type { ArmError } from '../arm/arm-error.ts';
import { invalidOsType, invalidUpdate } from '../arm/provider-refusals.ts';
import type { Settings } from '../settings.ts';
import { refuseCredentials } from './credential-rules.ts';
import type { GroupBody } from './group-body.ts';
import { refuseNames, refuseTags } from './name-rules.ts';
import { refusePorts } from './port-rules.ts';
import { refuseResources } from './resource-rules.ts';

/** What the service would turn down in this body by itself, whatever else exists; the first fault found. */
export function refuseGroup(name: string, body: GroupBody, settings: Settings): ArmError | undefined {
  return (
    refuseTags(body.tags) ??
    (body.properties.osType === undefined ? invalidOsType() : undefined) ??
    refuseNames(name, body) ??
    refuseResources(name, body) ??
    refusePorts(name, body, settings.reservedPorts) ??
    refuseCredentials(name, body)
  );
}

/** A PUT on a group that exists may change images, commands, environment, label and tags, nothing else. */
export function refuseUpdate(name: string, before: GroupBody, after: GroupBody): ArmError | undefined {
  return isDeepStrictEqual(fixed(before), fixed(after)) ? undefined : invalidUpdate(name);
}

function fixed(body: GroupBody): unknown {
  const { containers, osType, restartPolicy, sku, ipAddress } = body.properties;
  return {
    osType,
    restartPolicy,
    sku,
    address: ipAddress && { type: ipAddress.type, ports: ipAddress.ports },
    containers: containers.map(({ name, properties }) => ({
      name,
      ports: properties.ports,
      resources: properties.resources,
    })),
  };
}
