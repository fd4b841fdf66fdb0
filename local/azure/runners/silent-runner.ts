import type { GroupRunner } from './group-runner.ts';

/** Groups that nothing runs for: states, quotas and addresses only, for thousands of them on virtual time. */
export const silentRunner: GroupRunner = {
  immediate: true,
  hasImage: () => Promise.resolve(true),
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  forget: () => undefined,
  look: () => Promise.resolve(undefined),
  logs: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};
