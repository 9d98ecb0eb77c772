import { join } from 'node:path';
import { descriptors, FrameDecoder } from '@flotilla/shared/logs/frame';
import { connectUser, type ServiceClient } from '../scripts/launch/serviceClient.ts';
import { startService } from '../scripts/launch/serviceProgram.ts';
import { attemptOf, startExecution, untilEnded } from './support/executeAction.ts';
import type { Benchmark, Figure, Settings } from './support/figure.ts';
import { percentile } from './support/statistics.ts';
import { openTestBed, type TestBed } from './support/testBed.ts';

/** The Jobs beside the measured one are as many as docs/performance.md says. */
const busyJobs = 2;
/** What is left out at the beginning of each measurement: connections and caches get warm. */
const warmUpSeconds = 2;

/**
 * From `write()` of a complete line in the container to the callback of a client that follows the log. The container
 * and this process share one clock, and the line is the time of its writing: ten lines a second.
 */
export const writeToEditor: Benchmark = async function* (settings) {
  await using bed = await openTestBed(busyJobs + 1);
  await using _runner = await bed.startRunner(busyJobs + 1);
  const ids = (await bed.client.api.repositories.list.query()).map(({ id }) => id);
  const [measured = 0, ...others] = ids;
  yield* figures('', await measure(bed, bed.service.url, measured, settings));
  {
    // The editor's replica: it shares nothing but the database with the one that the runner sends to.
    await using replica = await startService({
      dataFolder: join(bed.folder, 'replica'),
      // Replicas name the same folders: the last one's are the deployment's.
      repositoriesFolder: bed.repositoriesFolder,
      databaseUrl: bed.postgres.url,
      env: { FLOTILLA_LOG_LEVEL: 'warn' },
    });
    yield* figures('-two-replicas', await measure(bed, replica.url, measured, settings));
  }
  const busy = await startExecution(
    bed.client,
    'busy',
    'while :; do find / -xdev -type f 2>/dev/null | head -3000 | xargs md5sum | tail -1; done',
    others.slice(0, busyJobs),
  );
  yield* figures('-busy', await measure(bed, bed.service.url, measured, settings));
  await bed.client.api.executions.cancel.mutate({ executionId: busy.id });
  await untilEnded(bed.client, busy.id);
};

function* figures(condition: string, latencies: readonly number[]): Generator<Figure> {
  const spread = percentile(latencies, 0.99) - percentile(latencies, 0.01);
  for (const [label, p] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    yield {
      name: `write-to-editor${condition}-${label}-ms`,
      value: percentile(latencies, p),
      unit: 'ms',
      n: latencies.length,
      spread,
    };
  }
}

/** Milliseconds from write to callback, of each line after the warm-up. */
async function measure(
  bed: TestBed,
  editorUrl: string,
  repositoryId: number,
  settings: Settings,
): Promise<number[]> {
  const lines = (settings.seconds + warmUpSeconds) * 10;
  settings.say(`following a log of ${lines} lines, ten a second`);
  const execution = await startExecution(
    bed.client,
    'clock',
    `perl -MTime::HiRes=time,sleep -e '$| = 1; for (1..${lines}) { printf "%.6f\\n", time; sleep 0.1 }'`,
    [repositoryId],
  );
  await using editor = connectUser(editorUrl, bed.client.token);
  const latencies: number[] = [];
  const following = new AbortController();
  await follow(editor, await attemptOf(bed.client, execution.id), latencies, following.signal);
  await untilEnded(bed.client, execution.id);
  following.abort();
  if (latencies.length !== lines) throw new Error(`of ${lines} lines ${latencies.length} came`);
  return latencies.slice(warmUpSeconds * 10);
}

/** Follows a log to its end, and notes for each line how long it took. */
function follow(
  client: ServiceClient,
  attemptId: number,
  latencies: number[],
  signal: AbortSignal,
): Promise<void> {
  const decoder = new FrameDecoder();
  let text = '';
  return new Promise((resolve, reject) => {
    const subscription = client.api.logs.tail.subscribe(
      { attemptId, offset: 0 },
      {
        onData({ data: message }) {
          const now = performance.timeOrigin + performance.now();
          if (message.kind === 'end') return resolve();
          for (const record of decoder.push(Buffer.from(message.data, 'base64'))) {
            if (record.descriptor === descriptors.stdout) text += Buffer.from(record.data).toString();
          }
          const complete = text.split('\n');
          text = complete.pop() ?? '';
          for (const line of complete) latencies.push(now - Number(line) * 1000);
        },
        onError: reject,
      },
    );
    signal.addEventListener('abort', () => subscription.unsubscribe(), { once: true });
  });
}
