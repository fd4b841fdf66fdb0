import type { ArmError } from '../arm/arm-error.ts';
import {
  duplicatePorts,
  invalidPorts,
  missingAddressPorts,
  privateAddress,
  reservedPorts,
  tooManyPorts,
  unusedAddressPorts,
} from '../arm/provider-refusals.ts';
import type { GroupBody } from './group-body.ts';

const MOST_PORTS = 5;

interface Port {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}
type Ranges = readonly (readonly [number, number])[];

export function refusePorts(group: string, body: GroupBody, reserved: Ranges): ArmError | undefined {
  return refuseContainerPorts(group, body, reserved) ?? refuseAddress(group, body);
}

function refuseContainerPorts(group: string, body: GroupBody, reserved: Ranges): ArmError | undefined {
  const all: Port[] = [];
  for (const { name, properties } of body.properties.containers) {
    const outside = properties.ports.filter(({ port }) => port < 1 || port > 65_535);
    if (outside.length > 0) return invalidPorts(numbers(outside), name, group);
    all.push(...properties.ports);
  }
  // The containers of a group share one network, so no two of them can have the same port.
  const twice = all.filter((port, index) => all.findIndex((other) => same(port, other)) !== index);
  if (twice.length > 0) return duplicatePorts(numbers(twice), group);
  const taken = all.filter(({ port }) => reserved.some(([first, last]) => port >= first && port <= last));
  return taken.length > 0 ? reservedPorts(numbers(taken), group) : undefined;
}

function refuseAddress(group: string, body: GroupBody): ArmError | undefined {
  const address = body.properties.ipAddress;
  if (!address) return undefined;
  if (address.type === 'Private') return privateAddress(group);
  if (address.ports.length === 0) return missingAddressPorts(group);
  if (address.ports.length > MOST_PORTS) return tooManyPorts(address.ports.length, group);
  const exposed = body.properties.containers.flatMap(({ properties }) => properties.ports);
  const unused = address.ports.filter((port) => !exposed.some((other) => same(port, other)));
  if (unused.length > 0) return unusedAddressPorts(numbers(unused), group);
  const twice = address.ports.filter((port, index) => address.ports.findIndex((other) => same(port, other)) !== index);
  return twice.length > 0 ? duplicatePorts(numbers(twice), group) : undefined;
}

const same = (a: Port, b: Port): boolean => a.port === b.port && a.protocol === b.protocol;
const numbers = (ports: readonly Port[]): number[] => ports.map(({ port }) => port);
