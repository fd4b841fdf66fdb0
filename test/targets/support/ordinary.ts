import { seconds } from '../../../src/core/ids.ts';
import type { CrowdPlan } from './crowd.ts';

/** Two regions with Azure's default limits: 100 groups, 100 cores, 100 creates in 5 minutes and 300 an hour each. */
export const ordinary: Omit<CrowdPlan, 'players' | 'lifetimeMinutes'> = {
  askEveryMs: 1,
  hosts: 3,
  coldStartMs: seconds(58),
  deletingMs: seconds(12),
  regions: ['westeurope', 'northeurope'],
};
