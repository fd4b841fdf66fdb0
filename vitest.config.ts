import { defineConfig } from 'vitest/config';

const azurite = 'test/support/azurite.ts';
const engine = 'test/support/docker-engine.global.ts';

const onTheEngine = [
  'test/contract/docker.test.ts',
  'test/backends/docker/**/*.test.ts',
  'test/e2e/**/*.test.ts',
  'test/local/azure/docker-groups.test.ts',
];
const inTheBrowser = ['test/ui/**/*.test.ts'];

/** One after the other, each with what it needs: on two cores they would only slow each other down. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'plain',
          include: ['test/**/*.test.ts'],
          exclude: [...onTheEngine, ...inTheBrowser],
          globalSetup: [azurite],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'engine',
          include: onTheEngine,
          globalSetup: [azurite, engine],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: inTheBrowser,
          globalSetup: [azurite],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
