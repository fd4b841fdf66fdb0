import type { BackendKind } from '../core/ids.ts';
import { aci } from './aci/aci.ts';
import type { BackendDefinition } from './backend.ts';
import { docker } from './docker/docker.ts';

/** The one list of backends: adding one is a folder and a line here. */
export const backends = { docker, aci } as const satisfies Record<BackendKind, BackendDefinition>;
