import { connect } from '../service/src/db/database.ts';
import type { Benchmark, Figure, Settings } from './support/figure.ts';
import { openLocalService, type LocalService } from './support/localService.ts';
import { rateOfNoOpJobs, untilSealed } from './support/noOpJobs.ts';
import { openQueue, type Queue } from './support/queuedJobs.ts';
import { median, relativeRange } from './support/statistics.ts';

/** Finished Jobs that the tables hold already (docs/performance.md). */
const finishedJobs = 1_000_000;
/** How long one statement may take for them, in milliseconds. */
const insertMs = 600_000;
const roundJobs = 3000;
const callers = 24;

/**
 * Claims and finishes per second over a million Jobs that have ended, against the same on tables as good as empty, in
 * interleaved rounds on a Postgres each; and while a snapshot elsewhere, such as a backup's, keeps dead rows from being
 * removed for half of `--seconds` (30 s).
 */
export const claimUnderLoad: Benchmark = async function* (settings) {
  await using empty = await openLocalService();
  await using full = await openLocalService();
  const tables = [
    {
      name: 'fresh',
      service: empty.service,
      queue: await openQueue(empty.service, 1000),
      rates: [] as number[],
    },
    {
      name: 'full',
      service: full.service,
      queue: await openQueue(full.service, 1000),
      rates: [] as number[],
    },
  ] as const;
  const [fresh, loaded] = tables;
  // The Job that the others are made like, and as much on the other side.
  for (const { service, queue } of tables) {
    await queue.enqueue(1);
    await rateOfNoOpJobs(service, queue.runnerId, { jobs: 1, callers: 1, free: 1 });
    await untilSealed(service);
  }
  settings.say(`inserting ${finishedJobs} finished Jobs`);
  await insertFinished(full.postgres.url, loaded.queue.runnerId);
  for (let round = 0; round < settings.rounds; round++) {
    for (const { name, service, queue, rates } of tables) {
      await queue.enqueue(roundJobs);
      const rate = await rateOfNoOpJobs(service, queue.runnerId, { jobs: roundJobs, callers, free: 1 });
      await untilSealed(service);
      rates.push(rate);
      settings.say(`round ${round + 1}, ${name}: ${rate.toFixed(0)} Jobs/s`);
    }
  }
  yield {
    name: 'claim-finish-over-1m-finished',
    value: median(loaded.rates),
    unit: 'Jobs/s',
    ratio: median(loaded.rates.map((rate, round) => rate / (fresh.rates[round] ?? Number.NaN))),
    rival: `itself on fresh tables: ${median(fresh.rates).toFixed(0)} Jobs/s`,
    n: loaded.rates.length,
    spread: relativeRange(loaded.rates),
  };
  yield await underPinnedSnapshot(empty, fresh.queue, settings);
};

async function underPinnedSnapshot(
  { service, postgres }: LocalService,
  queue: Queue,
  settings: Settings,
): Promise<Figure> {
  const decay: number[] = [];
  // One connection, so that its statements are of one session.
  await using backup = connect(postgres.url, { max: 1 });
  await backup.sql`set idle_in_transaction_session_timeout = 0`;
  await backup.sql`begin isolation level repeatable read`;
  await backup.sql`select count(*) from jobs`;
  const until = performance.now() + settings.seconds * 500;
  while (performance.now() < until) {
    await queue.enqueue(roundJobs);
    decay.push(await rateOfNoOpJobs(service, queue.runnerId, { jobs: roundJobs, callers, free: 1 }));
  }
  await backup.sql`rollback`;
  const [first = Number.NaN] = decay;
  const last = decay.at(-1) ?? Number.NaN;
  settings.say(`under a pinned snapshot: ${decay.map((rate) => rate.toFixed(0)).join(', ')} Jobs/s`);
  return {
    name: 'claim-finish-pinned-snapshot',
    value: last,
    unit: 'Jobs/s',
    ratio: last / first,
    rival: `itself when the snapshot was new: ${first.toFixed(0)} Jobs/s`,
    n: decay.length,
    spread: relativeRange(decay),
  };
}

async function insertFinished(url: string, runnerId: string): Promise<void> {
  await using connections = connect(url, { max: 1, statementMs: insertMs });
  const { sql } = connections;
  await sql`
    insert into jobs (execution_id, repository_id, base_revision, base_ref, directory, state, attempt_count, ended_at)
    select execution_id, repository_id, base_revision, base_ref, folder::text, 'succeeded', 1, now()
      from jobs cross join generate_series(1, ${finishedJobs}::int) as folder`;
  await sql`
    insert into attempts (job_id, number, runner_id, claim_key, slot, lease_expires_at, deadline_at, state, outcome,
                          log_streams, ended_at, log_sealed_at)
    select id, 1, ${runnerId}, gen_random_uuid(), 1, now(), now(), 'succeeded', '{"kind":"succeeded"}', '[]', now(), now()
      from jobs where current_attempt_id is null`;
  await sql`
    update jobs set current_attempt_id = attempts.id from attempts
     where attempts.job_id = jobs.id and jobs.current_attempt_id is null and jobs.id % 100 = 0`;
  await sql`vacuum (analyze) jobs`;
  await sql`vacuum (analyze) attempts`;
}
