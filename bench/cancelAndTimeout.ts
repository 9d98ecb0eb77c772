import Docker from 'dockerode';
import { waitFor } from '../test/support/waitFor.ts';
import { runningAttemptOf, startExecution, untilEnded } from './support/executeAction.ts';
import type { Benchmark, Figure } from './support/figure.ts';
import { percentile } from './support/statistics.ts';
import { openTestBed, type TestBed } from './support/testBed.ts';
import { listJobs } from '../scripts/launch/liveRows.ts';

/** Limit of the Step whose end is measured, in seconds. */
const timeoutSeconds = 2;

/**
 * From the request to cancel an Execution to the removal of its container, as the Engine tells it, and how far past its
 * limit a Step ends. The containers end on SIGTERM, so that no grace is in it.
 */
export const cancelAndTimeout: Benchmark = async function* (settings) {
  await using bed = await openTestBed(1);
  await using _runner = await bed.startRunner(1);
  const engine = new Docker();
  const cancelled: number[] = [];
  const late: number[] = [];
  for (let sample = 0; sample < Math.max(3, settings.seconds / 3); sample++) {
    cancelled.push(await cancel(bed, engine));
  }
  for (let sample = 0; sample < settings.rounds; sample++) late.push(await timeOut(bed));
  yield figure('cancel-to-container-gone-p50-ms', cancelled, 0.5);
  yield figure('cancel-to-container-gone-p99-ms', cancelled, 0.99);
  yield figure('timeout-late-p50-ms', late, 0.5);
};

function figure(name: string, samples: readonly number[], p: number): Figure {
  const spread = percentile(samples, 0.99) - percentile(samples, 0.01);
  return { name, value: percentile(samples, p), unit: 'ms', n: samples.length, spread };
}

async function cancel({ client }: TestBed, engine: Docker): Promise<number> {
  const { id } = await startExecution(client, 'endless', 'sleep 600');
  const attempt = await runningAttemptOf(client, id);
  const label = [`flotilla.attempt=${attempt.id}`, `flotilla.runner=${attempt.runner}`];
  const container = await waitFor(
    'the container to run',
    async () =>
      (await engine.listContainers({ filters: { label } })).find(({ State }) => State === 'running'),
    { timeoutMs: 60_000 },
  );
  const started = performance.now();
  await client.api.executions.cancel.mutate({ executionId: id });
  // Asked again and again: the engine's own wait for a removal never ends when it comes too late (Docker 20.10).
  await waitFor('the container to be gone', () => isGone(engine, container.Id), {
    timeoutMs: 60_000,
    everyMs: 5,
  });
  const milliseconds = performance.now() - started;
  await untilEnded(client, id);
  return milliseconds;
}

async function isGone(engine: Docker, containerId: string): Promise<boolean> {
  try {
    await engine.getContainer(containerId).inspect();
    return false;
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return true;
    throw error;
  }
}

async function timeOut({ client }: TestBed): Promise<number> {
  const { id } = await startExecution(client, 'late', 'sleep 600', null, {
    steps: [{ type: 'command', args: ['sleep', '600'], timeout: `${timeoutSeconds}s` }],
  });
  const { state } = await untilEnded(client, id);
  const [job] = await listJobs(client.api, id);
  const [attempt] = job === undefined ? [] : await client.api.attempts.list.query({ jobId: job.id });
  const [step] = attempt?.steps ?? [];
  if (attempt?.state !== 'timedOut' || step?.startedAt == null || step.endedAt == null) {
    throw new Error(`the Job that should time out ended as ${state}: ${JSON.stringify(attempt?.outcome)}`);
  }
  return step.endedAt - step.startedAt - timeoutSeconds * 1000;
}
