import { configDefaults, defineConfig } from 'vitest/config';

const GPU_TESTS = 'src/**/*.gpu.test.ts';

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
          // Dawn's devices share one processor on a software adapter: one process, one file at a time.
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
