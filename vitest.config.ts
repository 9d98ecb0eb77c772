import { defineConfig } from 'vitest/config';

const floods = 'test/attacks/*/floods.test.ts';

/** Suites are named for what they need; `scripts/test.ts` provides it and runs them in this order. */
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
        },
      },
      suite('integration', 30_000),
      suite('sandbox', 60_000),
      {
        test: {
          ...suite('attacks', 60_000).test,
          exclude: [floods],
        },
      },
      // Whoever floods takes a whole processor: what that costs others is measured with nobody beside it.
      {
        test: {
          ...suite('attacks', 60_000).test,
          name: 'attacks alone',
          include: [floods],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      suite('faults', 120_000),
      suite('e2e', 240_000),
    ],
  },
});

/** A folder of `test/`: its files share real servers, so they run one file after another. */
function suite(name: string, testTimeout: number) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout,
      hookTimeout: 120_000,
      // A bound of waiting, not a pause: a window or a container may be slow on a busy machine.
      expect: { poll: { timeout: 10_000 } },
      fileParallelism: isShared(name),
      // These tests share one Postgres and have a database each; the other suites start servers of their own.
      ...(name === 'integration' || name === 'sandbox' || name === 'attacks'
        ? { globalSetup: ['test/support/globalSetup.ts'] }
        : {}),
      ...(isShared(name) ? { maxWorkers: 2 } : {}),
    },
  };
}

/**
 * Whether two files may run at once. An attack is measured by the programs that it attacks, and mostly waits for a limit of
 * time to be reached.
 */
function isShared(name: string): boolean {
  return name === 'integration' || name === 'attacks';
}
