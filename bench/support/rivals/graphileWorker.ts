import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { waitFor } from '../../../test/support/waitFor.ts';

export interface GraphileWorkerSettings {
  readonly jobs: number;
  readonly concurrency: number;
  /** Its local queue of 500 and batched completions: what its own documentation calls the fast way. */
  readonly batched: boolean;
}

const quiet = new Logger(() => () => undefined);

/**
 * No-op jobs of graphile-worker per second, from the first call of a task to an empty table. Its start is left out,
 * and every job is in the table before it.
 */
export async function rateOfGraphileWorker(
  connectionString: string,
  { jobs, concurrency, batched }: GraphileWorkerSettings,
): Promise<number> {
  const utils = await makeWorkerUtils({ connectionString, logger: quiet });
  let done = 0;
  let started = Number.NaN;
  try {
    await utils.migrate();
    await utils.addJobs(Array.from({ length: jobs }, () => ({ identifier: 'noop', payload: {} })));
    const runner = await run({
      connectionString,
      noHandleSignals: true,
      logger: quiet,
      preset: {
        worker: {
          concurrentJobs: concurrency,
          maxPoolSize: concurrency + 2,
          ...(batched ? { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } : {}),
        },
      },
      taskList: {
        noop() {
          if (done === 0) started = performance.now();
          done++;
        },
      },
    });
    try {
      await waitFor(
        'graphile-worker to finish',
        () =>
          done >= jobs &&
          utils.withPgClient(async (client) => {
            const { rows } = await client.query('select from graphile_worker._private_jobs limit 1');
            return rows.length === 0;
          }),
        { timeoutMs: 120_000, everyMs: 2 },
      );
      return jobs / ((performance.now() - started) / 1000);
    } finally {
      await runner.stop();
    }
  } finally {
    await utils.release();
  }
}
