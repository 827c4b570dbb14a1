import { defineConfig } from 'vitest/config';

const common = {
  // A process for each file would spend as much on loading as all tests spend on testing. What a test changes for all is undone.
  isolate: false,
  restoreMocks: true,
  unstubEnvs: true,
  // A bound for what hangs, not for what is slow: tests that start programs share few processors.
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    // More than a small machine has processors: the longest tests wait for the programs that they started.
    maxWorkers: 4,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
          ...common,
        },
      },
      {
        test: {
          // The built exporter as a whole, and the bundle in the hands of the programs that read it.
          name: 'programs',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          ...common,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // A scenario waits out real scrape, evaluation and group intervals.
          testTimeout: 20 * 60_000,
          hookTimeout: 5 * 60_000,
        },
      },
    ],
  },
});
