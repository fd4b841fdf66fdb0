import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One Azurite and one Docker engine for the whole run; tests keep apart by names.
    globalSetup: ['test/support/azurite.ts', 'test/support/docker-engine.global.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The engine's and the browser's tests would only slow each other down on two cores.
    maxWorkers: 2,
    mockReset: true,
    unstubEnvs: true,
  },
});
