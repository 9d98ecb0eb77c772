import { PgBoss } from 'pg-boss';

export interface PgBossSettings {
  readonly jobs: number;
  readonly callers: number;
  readonly batch: number;
}

/** No-op jobs of pg-boss per second: callers fetch and complete until the queue is empty. */
export async function rateOfPgBoss(
  connectionString: string,
  { jobs, callers, batch }: PgBossSettings,
): Promise<number> {
  const boss = new PgBoss({ connectionString, max: callers, supervise: false, schedule: false });
  const failures: unknown[] = [];
  boss.on('error', (error: unknown) => failures.push(error));
  await boss.start();
  try {
    const queue = `bench-${batch}`;
    await boss.createQueue(queue);
    await boss.insert(
      queue,
      Array.from({ length: jobs }, () => ({ data: {} })),
    );
    let done = 0;
    const started = performance.now();
    await Promise.all(
      Array.from({ length: callers }, async () => {
        for (;;) {
          const fetched = await boss.fetch(queue, { batchSize: batch });
          if (fetched.length === 0) return;
          await boss.complete(
            queue,
            fetched.map((job) => job.id),
          );
          done += fetched.length;
        }
      }),
    );
    const seconds = (performance.now() - started) / 1000;
    if (failures.length > 0) throw new AggregateError(failures, 'pg-boss failed');
    if (done !== jobs) throw new Error(`of ${jobs} jobs pg-boss finished ${done}`);
    return jobs / seconds;
  } finally {
    await boss.stop({ graceful: false });
  }
}
