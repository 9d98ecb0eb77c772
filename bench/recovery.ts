import { FrameDecoder, descriptors } from '@flotilla/shared/logs/frame';
import { waitFor } from '../test/support/waitFor.ts';
import { attemptOf, runningAttemptOf, startExecution, untilEnded } from './support/executeAction.ts';
import type { Benchmark, Figure } from './support/figure.ts';
import { median, relativeRange } from './support/statistics.ts';
import { openTestBed, type TestBed } from './support/testBed.ts';

/** Real intervals: each round takes a lease and more, so there are few. */
const mostRounds = 3;

/**
 * After a runner was killed: until its Job runs elsewhere, with the intervals of production. After Postgres went away as
 * in a crash and is back: until a line of a log that was written since has been acknowledged, which a follower sees.
 */
export const recovery: Benchmark = async function* (settings) {
  const rounds = Math.min(mostRounds, settings.rounds);
  await using bed = await openTestBed(1);
  const killed: number[] = [];
  for (let round = 0; round < rounds; round++) {
    killed.push(await killRunner(bed));
    settings.say(`round ${round + 1}: the Job runs elsewhere after ${killed.at(-1)?.toFixed(1)} s`);
  }
  yield figure('runner-killed-to-running-elsewhere-s', killed);
  await using _runner = await bed.startRunner(1);
  const back: number[] = [];
  for (let round = 0; round < settings.rounds; round++) back.push(await restartPostgres(bed));
  yield figure('postgres-back-to-append-s', back);
};

function figure(name: string, values: readonly number[]): Figure {
  return { name, value: median(values), unit: 's', n: values.length, spread: relativeRange(values) };
}

async function killRunner(bed: TestBed): Promise<number> {
  const { client } = bed;
  await using first = await bed.startRunner(1);
  const { id } = await startExecution(client, 'endless', 'sleep 600');
  const attempt = await runningAttemptOf(client, id);
  await using _second = await bed.startRunner(1);
  const started = performance.now();
  await first.kill();
  await waitFor(
    'the Job to run elsewhere',
    async () => (await runningAttemptOf(client, id)).number > attempt.number,
    { timeoutMs: 120_000, everyMs: 50 },
  );
  const seconds = (performance.now() - started) / 1000;
  await client.api.executions.cancel.mutate({ executionId: id });
  await untilEnded(client, id);
  return seconds;
}

async function restartPostgres({ client, postgres }: TestBed): Promise<number> {
  const script = `perl -MTime::HiRes=time,sleep -e '$| = 1; while (1) { printf "%.3f\\n", time; sleep 0.02 }'`;
  const { id } = await startExecution(client, 'clock', script);
  const decoder = new FrameDecoder();
  /** When each line was written, and when it came, in Unix milliseconds. */
  const lines: { readonly written: number; readonly came: number }[] = [];
  const subscription = client.api.logs.tail.subscribe(
    { attemptId: await attemptOf(client, id), offset: 0 },
    {
      onData({ data: message }) {
        if (message.kind !== 'chunk') return;
        for (const { descriptor, data } of decoder.push(Buffer.from(message.data, 'base64'))) {
          if (descriptor !== descriptors.stdout) continue;
          for (const line of Buffer.from(data).toString().trimEnd().split('\n')) {
            lines.push({ written: Number(line) * 1000, came: Date.now() });
          }
        }
      },
    },
  );
  await waitFor('the log to begin', () => lines.length > 10, { timeoutMs: 60_000 });
  await postgres.restartImmediately();
  const back = Date.now();
  const line = await waitFor(
    'a line from after the restart',
    () => lines.find(({ written, came }) => written >= back - 20 && came >= back),
    { timeoutMs: 60_000, everyMs: 5 },
  );
  subscription.unsubscribe();
  await client.api.executions.cancel.mutate({ executionId: id });
  await untilEnded(client, id);
  return (line.came - back) / 1000;
}
