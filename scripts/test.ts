/**
 * `npm test [-- SUITE… [-- VITEST ARGUMENTS]]`: provides what the suites need, and runs those that mostly wait beside those
 * that compute (decision 0179). Shows what came of each when it has ended, then the slowest tests, what was skipped and
 * what failed, and ends with one plain line, `N passed, N failed`, which CI reads; the contract of code hosts alone adds `, N skipped`.
 * Exits 1 when a test failed or a suite could not run.
 */
import { messageOf } from '@flotilla/shared/errors';
import { sayOnTerminal } from './system/say.ts';
import { Needs } from './test/needs.ts';
import { noResult, sumOf, type Result } from './test/report.ts';
import { runPart } from './test/runPart.ts';
import { schedule } from './test/schedule.ts';
import { slowestOf } from './test/slowestOf.ts';
import { missingUses } from './test/missingUses.ts';
import { isSuiteName, suites, type Part, type Suite, type SuiteName, type Use } from './test/suites.ts';

/** For two processors: the one that computes takes what those that wait leave. */
const lanes = { computing: 1, waiting: 2 };

const words = process.argv.slice(2).filter((word) => word !== '--');
const asked = words.filter(isSuiteName);
process.exitCode = await testSuites(
  asked.length === 0 ? (Object.keys(suites) as SuiteName[]) : asked,
  words.filter((word) => !isSuiteName(word)),
);

async function testSuites(chosen: readonly SuiteName[], args: readonly string[]): Promise<number> {
  const all = await runSuites(chosen, args);
  section('The slowest tests', slowestOf(all.tests));
  section(`${all.skipped.length} skipped`, all.skipped);
  if (all.failures.length > 0) console.error(`Failed:\n\n${all.failures.join('\n\n')}\n`);
  const isContract = chosen.every((suite) => suite === 'contract');
  console.log(isContract ? summaryOf(all) : `${all.passed} passed, ${all.failures.length} failed`);
  return all.failures.length === 0 && all.passed > 0 ? 0 : 1;
}

async function runSuites(chosen: readonly SuiteName[], args: readonly string[]): Promise<Result> {
  await using needs = new Needs(sayOnTerminal);
  for (const line of await missingUses(chosen.flatMap((suite) => usesOf(suite)))) console.log(line);
  const parts = chosen.flatMap((suite) => suites[suite].parts.map((part) => ({ ...part, suite })));
  // The parts of one suite follow each other.
  const live = chosen.length === 1;
  const results: Result[] = [];
  await schedule(parts, lanes, async ({ project, suite }: Part & { readonly suite: SuiteName }) => {
    try {
      await needs.provide(suites[suite].needs);
      console.log(`${project} begins`);
      const { result, output } = await runPart(project, { args, live });
      console.log(`${output}\n${project}: ${summaryOf(result)}\n`);
      results.push(result);
    } catch (error) {
      const failure = `${project} could not run: ${messageOf(error)}`;
      console.log(failure);
      results.push({ ...noResult, failures: [failure] });
    }
  });
  return sumOf(results);
}

function usesOf(suite: SuiteName): readonly Use[] {
  const { uses = [] }: Suite = suites[suite];
  return uses;
}

function summaryOf({ passed, skipped, failures }: Result): string {
  return `${passed} passed, ${failures.length} failed, ${skipped.length} skipped`;
}

function section(title: string, lines: readonly string[]): void {
  console.log(
    [`${title}${lines.length === 0 ? '' : ':'}`, ...lines.map((line) => `  ${line}`), ''].join('\n'),
  );
}
