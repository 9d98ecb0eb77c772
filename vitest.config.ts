import { defineConfig } from 'vitest/config';

const floods = 'test/attacks/*/floods.test.ts';

/** They share one Postgres and have a database each; the other suites start servers of their own. */
const ownDatabases = { globalSetup: ['test/support/globalSetup.ts'] };

/** Two files at once. An attack mostly waits for a limit, and is measured by the programs that it attacks. */
const besideEachOther = { fileParallelism: true, maxWorkers: 2 };

/** Projects are what `scripts/test/suites.ts` schedules, with what it provides. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{shared,launcher,service,runner,extension,scripts}/src/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          // Loading the same modules again for every file took longer than all tests.
          isolate: false,
          // A property is looked at a thousand times, which takes a second, and some on a busy machine.
          testTimeout: 60_000,
        },
      },
      { test: { ...folder('integration'), ...ownDatabases, ...besideEachOther, testTimeout: 120_000 } },
      { test: { ...folder('contract'), testTimeout: 120_000 } },
      { test: { ...folder('sandbox'), ...ownDatabases, testTimeout: 180_000 } },
      {
        test: {
          ...folder('attacks'),
          ...ownDatabases,
          ...besideEachOther,
          exclude: [floods],
          testTimeout: 180_000,
        },
      },
      // Whoever floods takes a whole processor: what that costs others is measured with nobody beside it.
      {
        test: {
          ...folder('attacks'),
          ...ownDatabases,
          name: 'floods',
          include: [floods],
          testTimeout: 180_000,
        },
      },
      { test: { ...folder('faults'), testTimeout: 300_000 } },
      {
        test: {
          ...folder('e2e'),
          globalSetup: ['test/e2e/support/packExtension.ts'],
          testTimeout: 300_000,
        },
      },
    ],
  },
});

/**
 * A folder of `test/`, one file after another: most of them start programs. Limits of time are bounds of waiting for what
 * is there sooner or later, and not promises: a window or a container may be slow on a busy machine.
 */
function folder(name: string) {
  return {
    name,
    include: [`test/${name}/**/*.test.ts`],
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
  };
}
