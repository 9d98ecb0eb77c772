import type { Program } from '../scripts/launch/program.ts';
import { startExecution, untilEnded } from './support/executeAction.ts';
import type { Benchmark, Settings } from './support/figure.ts';
import { percentile } from './support/statistics.ts';
import { openTestBed, type TestBed } from './support/testBed.ts';
import { listJobs } from '../scripts/launch/liveRows.ts';

/**
 * From the insertion of a Job to its claim by an idle runner, both by the database's clock (what comes before, the
 * resolution of the scope, is not in it): one Job at a time, with one runner and with ten.
 */
export const enqueueToClaimed: Benchmark = async function* (settings) {
  await using bed = await openTestBed(1);
  await using runners = new AsyncDisposableStack();
  for (const count of [1, 10]) {
    const started: Program[] = [];
    while (started.length < (count === 1 ? 1 : 9)) started.push(runners.use(await bed.startRunner(1)));
    const latencies = await measure(bed, settings);
    for (const [label, p] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      yield {
        name: `enqueue-to-claimed-${count}-runners-${label}-ms`,
        value: percentile(latencies, p),
        unit: 'ms',
        n: latencies.length,
        spread: percentile(latencies, 0.99) - percentile(latencies, 0.01),
      };
    }
  }
};

/** Milliseconds of as many Jobs as the setting has seconds, one after the other. */
async function measure({ client }: TestBed, settings: Settings): Promise<number[]> {
  const latencies: number[] = [];
  for (let sample = 0; sample < settings.seconds; sample++) {
    const { id } = await startExecution(client, 'claim', 'true');
    await untilEnded(client, id);
    const [job] = await listJobs(client.api, id);
    if (job === undefined) throw new Error('the Execution has no Job');
    const [attempt] = await client.api.attempts.list.query({ jobId: job.id });
    if (attempt?.queuedAt == null) throw new Error('the Job has no Attempt that was queued');
    latencies.push(attempt.claimedAt - attempt.queuedAt);
  }
  return latencies;
}
