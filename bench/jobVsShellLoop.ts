import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { demoImage } from '../scripts/system/ensureDemoImage.ts';
import { startExecution, untilEnded } from './support/executeAction.ts';
import type { Benchmark, Figure, Settings } from './support/figure.ts';
import { phasesOf } from './support/phases.ts';
import { median, relativeRange } from './support/statistics.ts';
import { openTestBed, type TestBed } from './support/testBed.ts';

/** At least 40 (docs/performance.md). */
const repositories = 40;
/** A change as people make it: one line in one file, and a new file. */
const change = `sed -i 's/"license"/"licence"/' package.json && echo 'made by a campaign' > CAMPAIGN.md`;

/**
 * Time per one-step Job, from the request to the end of the last Job, against a shell loop that does the same with the
 * same image, limits, hardening and network; a runner with capacity 1 against a sequential loop, 2 against `xargs -P2`.
 * Every round has a new runner with empty caches, because the loop has none.
 */
export const jobVsShellLoop: Benchmark = async function* (settings) {
  await using bed = await openTestBed(repositories);
  for (const capacity of [1, 2]) {
    const ours: number[] = [];
    const loop: number[] = [];
    for (let round = 0; round < settings.rounds; round++) {
      loop.push(await timeShellLoop(bed, capacity));
      ours.push(await timeJobs(bed, capacity, settings));
      settings.say(`capacity ${capacity}, round ${round + 1}: Job ${last(ours)} ms, loop ${last(loop)} ms`);
    }
    yield figure(capacity, ours, loop);
  }
};

function figure(capacity: number, ours: readonly number[], loop: readonly number[]): Figure {
  return {
    name: `job-vs-shell-loop-${capacity}`,
    value: median(ours),
    unit: 'ms/Job',
    // Each round against the loop beside it, so that a slow minute of the machine touches both.
    ratio: median(ours.map((value, round) => value / (loop[round] ?? Number.NaN))),
    rival: `git clone; docker run; git diff${capacity === 1 ? '' : ` under xargs -P${capacity}`}: ${median(loop).toFixed(0)} ms`,
    n: ours.length,
    spread: relativeRange(ours),
  };
}

async function timeJobs(bed: TestBed, capacity: number, settings: Settings): Promise<number> {
  await using _runner = await bed.startRunner(capacity);
  const started = performance.now();
  const { id } = await startExecution(bed.client, 'licence', change);
  const ended = await untilEnded(bed.client, id);
  const milliseconds = performance.now() - started;
  if (ended.state !== 'succeeded' || ended.counts.succeeded !== repositories)
    throw new Error(`the Execution ended as ${ended.state}: ${JSON.stringify(ended.counts)}`);
  const { prepare, steps, finish } = await phasesOf(bed.client, id);
  settings.say(
    `  of an Attempt: prepare ${prepare.toFixed(0)} ms, Steps ${steps.toFixed(0)} ms, finish ${finish.toFixed(0)} ms`,
  );
  return milliseconds / repositories;
}

async function timeShellLoop(bed: TestBed, parallel: number): Promise<number> {
  const out = join(bed.folder, 'loop');
  await mkdir(out, { recursive: true });
  const started = performance.now();
  await execa(fileURLToPath(new URL('shellLoop.sh', import.meta.url)), [
    String(parallel),
    bed.repositoriesFolder,
    out,
    demoImage,
    change,
    // The runner's own limits (runner/src/config.ts).
    String(4096 * 1024 * 1024),
    String(availableParallelism()),
    '4096',
  ]);
  const milliseconds = performance.now() - started;
  const patches = (await readdir(out)).filter((name) => name.endsWith('.patch'));
  const sizes = await Promise.all(patches.map(async (name) => (await stat(join(out, name))).size));
  if (sizes.filter((size) => size > 0).length !== repositories)
    throw new Error(`the shell loop made ${patches.length} patches, not ${repositories}`);
  await rm(out, { recursive: true, force: true });
  return milliseconds / repositories;
}

function last(values: readonly number[]): string {
  return values.at(-1)?.toFixed(0) ?? '?';
}
