import type { Backend, ListedContainer } from '../../../src/core/ports.ts';

/** A backend on which these stand, and that nothing is asked of but to look. */
export function backendWith(listed: readonly ListedContainer[]): Backend {
  const never = async (): Promise<never> => {
    throw new Error('not asked for');
  };
  return {
    kind: 'docker',
    listShowsExit: true,
    ...{ create: never, remove: never, images: never },
    list: async () => listed,
    get: async (name) => listed.find((each) => each.name === name)?.observation ?? { state: 'absent' },
    logs: async () => '',
    usage: async () => ({ limits: [] }),
    check: async () => [],
  };
}
