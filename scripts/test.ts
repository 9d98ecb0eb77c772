/**
 * `npm test [-- SUITE… [-- VITEST ARGUMENTS]]`: provides what the suites need, runs them one after another, and ends
 * with one plain line, `N passed, N failed`. Exits 1 when a test failed or a suite could not run.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '@flotilla/shared/errors';
import { execa } from 'execa';
import { ensureBrowserTools } from './system/ensureBrowserTools.ts';
import { ensureChromium } from './system/ensureChromium.ts';
import { ensureDemoImage } from './system/ensureDemoImage.ts';
import { ensureDocker } from './system/ensureDocker.ts';
import { ensureFaketime } from './system/ensureFaketime.ts';
import { sayOnTerminal as say } from './system/say.ts';

type Need = 'docker' | 'browser' | 'faketime';

/** The suites in their order, and what each needs beside Node and git. */
const needs = {
  unit: [],
  integration: [],
  sandbox: ['docker'],
  faults: ['docker', 'faketime'],
  e2e: ['docker', 'browser'],
} as const satisfies Record<string, readonly Need[]>;

type Suite = keyof typeof needs;

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const suites = positionals.filter((word): word is Suite => word in needs);
const vitestArgs = process.argv.slice(2).filter((word) => !(word in needs));
process.exitCode = await testSuites(
  suites.length === 0 ? (Object.keys(needs) as Suite[]) : suites,
  vitestArgs,
);

async function testSuites(chosen: readonly Suite[], args: readonly string[]): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const provided = new Set<string>();
  let passed = 0;
  let failed = 0;
  for (const suite of chosen) {
    try {
      for (const need of needs[suite]) {
        if (provided.has(need)) continue;
        await provide(need, resources);
        provided.add(need);
      }
      const counts = await runSuite(suite, args);
      passed += counts.passed;
      failed += counts.failed;
    } catch (error) {
      failed += 1;
      console.error(`The suite ${suite} could not run: ${messageOf(error)}`);
    }
  }
  await resources.disposeAsync();
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

async function provide(need: Need, resources: AsyncDisposableStack): Promise<void> {
  if (need === 'docker') {
    resources.use(await ensureDocker(say));
    await ensureDemoImage(say);
  } else if (need === 'faketime') {
    await ensureFaketime(say);
  } else {
    await ensureChromium(say);
    await ensureBrowserTools(say);
  }
}

/** Runs one vitest project. A test file that could not be loaded counts as one failed test. */
async function runSuite(suite: Suite, args: readonly string[]): Promise<Counts> {
  const reportFile = `.cache/test/${suite}.json`;
  await mkdir('.cache/test', { recursive: true });
  await rm(reportFile, { force: true });
  console.log(`\n${suite}`);
  const run = await execa(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      suite,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...args,
    ],
    { stdio: 'inherit', reject: false },
  );
  const report = JSON.parse(await readFile(reportFile, 'utf8')) as Report;
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  // An error outside of every test (an unhandled rejection) fails the suite and is in no count.
  return { passed: report.numPassedTests, failed: failed === 0 && run.exitCode !== 0 ? 1 : failed };
}
