import type { TimedTest } from './report.ts';

/** Characters of a test's name that are shown: some have a hostile input of thousands in them. */
const shownCharacters = 160;

/** The tests that took longest, the longest first, each as a line with its seconds. */
export function slowestOf(tests: readonly TimedTest[], count = 10): string[] {
  return tests
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, count)
    .map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(5)} s  ${shortened(name)}`);
}

function shortened(name: string): string {
  return name.length <= shownCharacters ? name : `${name.slice(0, shownCharacters)}…`;
}
