import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'test', 'faults');
/** Those of docs/spec/faults.md: 30 by number; the three below them, and four of our own, have a plus. */
const scenarios = [
  ...Array.from({ length: 30 }, (_, index) => String(index + 1)),
  ...Array.from({ length: 7 }, () => '+'),
];

interface Row {
  readonly scenario: string;
  readonly files: readonly string[];
}

/** The rows of the table in docs/spec/faults.md. */
function rows(): Row[] {
  const page = readFileSync(join(root, 'docs', 'spec', 'faults.md'), 'utf8');
  return page.split('\n').flatMap((line) => {
    const [, scenario, , , tests] = line.split('|').map((cell) => cell.trim());
    if (scenario === undefined || tests === undefined || !/^(\d+|\+)$/.test(scenario)) return [];
    return [{ scenario, files: [...tests.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '') }];
  });
}

/** Whether a file has a test of a scenario: a title that begins with `#N ` or `+ `. */
function shows(file: string, scenario: string): boolean {
  const mark = scenario === '+' ? '+ ' : `#${scenario} `;
  const text = readFileSync(join(folder, file), 'utf8');
  return ["'", '"', '`'].some((quote) => text.includes(quote + mark));
}

test('docs/spec/faults.md lists each scenario once, in order', () => {
  expect(rows().map(({ scenario }) => scenario)).toEqual(scenarios);
});

test('each file that docs/spec/faults.md names has a test of its scenario', () => {
  const files = new Set(readdirSync(folder));
  const missing = rows().flatMap(({ scenario, files: named }) =>
    named.length === 0
      ? [`${scenario} has no test`]
      : named
          .filter((file) => !files.has(file) || !shows(file, scenario))
          .map((file) => `${scenario} is not in ${file}`),
  );
  expect(missing).toEqual([]);
});
