import type { Backend, ListedContainer } from '../../../src/core/ports.ts';

const never = async (): Promise<never> => {
  throw new Error('not asked for');
};

/** Holds nothing; a test gives it what its own story asks for. */
export const idleBackend: Backend = {
  kind: 'docker',
  listShowsExit: true,
  ...{ create: never, remove: never, images: never },
  list: async () => [],
  get: async () => ({ state: 'absent' }),
  logs: async () => '',
  usage: async () => ({ limits: [] }),
  check: async () => [],
};

/** One on which these stand, and that nothing else is asked of but to look. */
export function backendWith(listed: readonly ListedContainer[]): Backend {
  return {
    ...idleBackend,
    list: async () => listed,
    get: async (name) => listed.find((each) => each.name === name)?.observation ?? { state: 'absent' },
  };
}
