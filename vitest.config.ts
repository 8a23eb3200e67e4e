import { configDefaults, defineConfig } from 'vitest/config';

/** Crashes and load: minutes, not seconds. `npm run test:chaos` runs them, and CI does. */
export const LONG_TESTS = ['test/chaos/**/*.test.ts', 'test/queue/load.test.ts'];

export const SETTINGS = {
  // Generation on two cores is slow when the machine is busy; nothing in the tests measures time.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  pool: 'forks',
  maxWorkers: 2,
} as const;

export default defineConfig({
  test: { ...SETTINGS, include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...LONG_TESTS] },
});
