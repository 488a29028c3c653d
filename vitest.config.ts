import { defineConfig } from 'vitest/config';

// Only waiting takes long in these, so two files at a time go well on two cores.
const sideBySide = 2;

export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    globalSetup: './test/global-setup.ts',
    // the processes of a lab die with the process that started them, which a thread is not
    pool: 'forks',
    maxWorkers: sideBySide,
    // Real programs on a shared machine are late now and then. Whoever passes only at the second
    // try is named at the end of the run; what a property's random input has found counts at once.
    retry: { count: 1, condition: /^(?!Property failed)/ },
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/lab/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'house',
          include: ['test/e2e/**/*.test.ts', 'test/lab/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
