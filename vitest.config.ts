import { configDefaults, defineConfig } from 'vitest/config';

const GPU_TESTS = '{src,tools}/**/*.gpu.test.ts';

/** What is held to a person's patience is tried once more where a shared machine was busy at that moment. */
const AGAIN = 1;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts', 'e2e/support/**/*.test.ts'],
          exclude: [...configDefaults.exclude, GPU_TESTS],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'gpu',
          include: [GPU_TESTS],
          globalSetup: ['tools/gpu-setup.mjs'],
          pool: 'forks',
          // A software adapter compiles on one core and computes on all: two processes keep two cores busy.
          maxWorkers: 2,
          // Files that run in the same process share a device (`sharedGpu`) and what was compiled for it.
          isolate: false,
          sequence: { groupOrder: 1 },
          retry: AGAIN,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'firefox',
          include: ['e2e/firefox/*.test.ts'],
          pool: 'forks',
          // Node speaks WebSocket by itself from 22 on.
          execArgv: typeof WebSocket === 'undefined' ? ['--experimental-websocket'] : [],
          sequence: { groupOrder: 2 },
          retry: AGAIN,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
