/**
 * `npm run bench [-- NAME…] [--json FILE] [--rounds N] [--seconds N]`: measures what docs/performance.md names, ours and its
 * rival in one run, and prints a table; with --json one line per figure goes into the file.
 */
import { appendFile, rm } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { cancelAndTimeout } from './cancelAndTimeout.ts';
import { claimFinishVsGraphileWorker } from './claimFinishVsGraphileWorker.ts';
import { claimUnderLoad } from './claimUnderLoad.ts';
import { create10000Jobs } from './create10000Jobs.ts';
import { enqueueToClaimed } from './enqueueToClaimed.ts';
import { jobVsShellLoop } from './jobVsShellLoop.ts';
import { logThroughput } from './logThroughput.ts';
import { memoryOfSubscribers } from './memoryOfSubscribers.ts';
import { recovery } from './recovery.ts';
import { stepOverhead } from './stepOverhead.ts';
import { storedBytes } from './storedBytes.ts';
import { tree10000Jobs } from './tree10000Jobs.ts';
import type { Benchmark, Figure } from './support/figure.ts';
import { writeToEditor } from './writeToEditor.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  'job-vs-shell-loop': jobVsShellLoop,
  'claim-finish-vs-graphile-worker': claimFinishVsGraphileWorker,
  'write-to-editor': writeToEditor,
  'log-throughput': logThroughput,
  'create-10000-jobs': create10000Jobs,
  'memory-1000-subscribers': memoryOfSubscribers,
  'enqueue-to-claimed': enqueueToClaimed,
  'cancel-and-timeout': cancelAndTimeout,
  recovery,
  'claim-under-load': claimUnderLoad,
  'step-overhead': stepOverhead,
  'stored-bytes': storedBytes,
  'tree-10000-jobs': tree10000Jobs,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '60' },
  },
});
const settings = {
  rounds: count('rounds', values.rounds),
  seconds: count('seconds', values.seconds),
  say: (text: string) => console.error(text),
};
const chosen = positionals.length === 0 ? Object.keys(benchmarks) : positionals;
console.log(
  `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}`,
);
if (values.json !== undefined) await rm(values.json, { force: true });
for (const name of chosen) {
  const benchmark = benchmarks[name];
  if (benchmark === undefined)
    throw new Error(`There is no benchmark "${name}"; there are: ${Object.keys(benchmarks).join(', ')}.`);
  for await (const figure of benchmark(settings)) {
    console.log(describe(figure));
    if (values.json !== undefined) await appendFile(values.json, `${JSON.stringify(figure)}\n`);
  }
}

function describe(figure: Figure): string {
  const ratio =
    figure.ratio === undefined ? '' : `, ratio ${figure.ratio.toFixed(2)} to ${figure.rival ?? ''}`;
  const value = figure.value < 10 ? figure.value.toFixed(2) : figure.value.toFixed(1);
  return `${figure.name}: ${value} ${figure.unit}${ratio} (n=${figure.n}, spread ${figure.spread.toFixed(2)})`;
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number above 0.`);
  return value;
}
