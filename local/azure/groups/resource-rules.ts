import type { ArmError } from '../arm/arm-error.ts';
import {
  invalidCpu,
  invalidMemory,
  limitAboveGroup,
  limitBelowRequest,
  memoryStep,
  resourcesMissing,
} from '../arm/provider-refusals.ts';
import { type ContainerBody, type GroupBody, requestedSize, type Size } from './group-body.ts';

/** Whether `value` has no more decimals than `decimals`, whatever binary fractions make of it. */
function isStep(value: number, decimals: number): boolean {
  return Math.abs(value - Number(value.toFixed(decimals))) < 1e-9;
}

export function refuseResources(group: string, body: GroupBody): ArmError | undefined {
  for (const container of body.properties.containers) {
    const refusal = refuseRequests(group, container) ?? refuseLimits(group, container, requestedSize(body));
    if (refusal) return refusal;
  }
  return undefined;
}

function refuseRequests(group: string, container: ContainerBody): ArmError | undefined {
  const requests = container.properties.resources?.requests;
  if (!requests) return resourcesMissing(container.name, group);
  const { cpu, memoryInGB } = requests;
  if (cpu <= 0 || !isStep(cpu, 2)) return invalidCpu(cpu, container.name, group);
  if (memoryInGB <= 0) return invalidMemory(memoryInGB, container.name, group);
  return isStep(memoryInGB, 1) ? undefined : memoryStep(memoryInGB, container.name, group);
}

function refuseLimits(group: string, container: ContainerBody, total: Size): ArmError | undefined {
  const { requests, limits } = container.properties.resources ?? {};
  if (!requests || !limits) return undefined;
  const cpu = limits.cpu ?? requests.cpu;
  const memoryInGB = limits.memoryInGB ?? requests.memoryInGB;
  if (cpu < requests.cpu || memoryInGB < requests.memoryInGB) return limitBelowRequest(container.name, group);
  return cpu > total.cpu || memoryInGB > total.memoryInGB ? limitAboveGroup(container.name, group) : undefined;
}
