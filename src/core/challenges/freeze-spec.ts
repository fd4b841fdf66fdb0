import { minutes } from '../ids.ts';
import type { Challenge, ContainerSpec, FrozenSpec, Resources, SizeName } from './challenge.ts';
import { sizes } from './challenge.ts';

export interface SpecDefaults {
  readonly size: SizeName;
  readonly lifetimeMinutes: number;
  readonly renewals: number;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Clamped to 0.1–4 vCPU and 0.1–16 GB, rounded to 0.01 and 0.1: what Azure accepts. */
export function resourcesOf(spec: ContainerSpec, defaultSize: SizeName): Resources {
  const size = sizes[spec.size ?? defaultSize];
  return {
    cpu: Math.round(clamp(spec.cpu ?? size.cpu, 0.1, 4) * 100) / 100,
    memoryGb: Math.round(clamp(spec.memoryGb ?? size.memoryGb, 0.1, 16) * 10) / 10,
  };
}

/** An image pinned to the digest the author chose, so that a moved tag changes nothing during an event. */
function pinned(image: string, digest: string | undefined): string {
  return digest === undefined || image.includes('@') ? image : `${image}@${digest}`;
}

export function freezeSpec(challenge: Challenge, defaults: SpecDefaults): FrozenSpec | undefined {
  const { spec } = challenge;
  const container = spec.containers[0];
  if (container === undefined) return undefined;
  return {
    image: pinned(container.image, spec.digest),
    command: container.command,
    environment: container.environment,
    secretEnvironment: container.secretEnvironment,
    resources: resourcesOf(container, defaults.size),
    capabilities: container.capabilities,
    readOnlyRoot: container.readOnlyRoot,
    ports: spec.ports,
    ...(spec.probe && { probe: spec.probe }),
    lifetimeMs: minutes(spec.lifetimeMinutes ?? defaults.lifetimeMinutes),
    renewals: spec.renewals ?? defaults.renewals,
    releaseOnSolve: spec.releaseOnSolve,
    revision: challenge.revision,
  };
}
