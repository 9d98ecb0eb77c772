import { connect } from '../service/src/db/database.ts';
import type { Benchmark } from './support/figure.ts';
import { openLocalService } from './support/localService.ts';
import { rateOfNoOpJobs, untilSealed } from './support/noOpJobs.ts';
import { openQueue } from './support/queuedJobs.ts';
import { median, relativeRange } from './support/statistics.ts';

/** Finished Jobs that the tables hold already (runner.md §7, B11). */
const finishedJobs = 1_000_000;
const roundJobs = 3000;
const callers = 24;

/**
 * Claims and finishes per second over a million Jobs that have ended, against the same on tables as good as empty; and
 * while a snapshot elsewhere, such as a backup's, keeps dead rows from being removed for half of `--seconds` (30 s).
 */
export const claimUnderLoad: Benchmark = async function* (settings) {
  const fresh: number[] = [];
  {
    await using local = await openLocalService();
    const { service } = local;
    const queue = await openQueue(service, 1000);
    for (let round = 0; round < settings.rounds; round++) {
      await queue.enqueue(roundJobs);
      fresh.push(await rateOfNoOpJobs(service, queue.runnerId, { jobs: roundJobs, callers, free: 1 }));
      await untilSealed(service);
    }
    const decay: number[] = [];
    // One connection, so that its statements are of one session.
    await using backup = connect(local.postgres.url, { max: 1 });
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
    yield {
      name: 'claim-finish-pinned-snapshot',
      value: last,
      unit: 'Jobs/s',
      ratio: last / first,
      rival: `itself when the snapshot was new: ${first.toFixed(0)} Jobs/s`,
      n: decay.length,
      spread: relativeRange(decay),
    };
  }
  await using local = await openLocalService();
  const { service } = local;
  const queue = await openQueue(service, 1000);
  const executionId = await queue.enqueue(1);
  settings.say(`inserting ${finishedJobs} finished Jobs`);
  await insertFinished(local.postgres.url, executionId, queue.runnerId);
  const full: number[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    // The first round has the Job that the others were made like.
    const jobs = roundJobs + (round === 0 ? 1 : 0);
    await queue.enqueue(roundJobs);
    full.push(await rateOfNoOpJobs(service, queue.runnerId, { jobs, callers, free: 1 }));
    await untilSealed(service);
  }
  yield {
    name: 'claim-finish-over-1m-finished',
    value: median(full),
    unit: 'Jobs/s',
    ratio: median(full) / median(fresh),
    rival: `itself on fresh tables: ${median(fresh).toFixed(0)} Jobs/s`,
    n: full.length,
    spread: relativeRange(full),
  };
};

async function insertFinished(url: string, executionId: number, runnerId: string): Promise<void> {
  await using connections = connect(url, { max: 1 });
  const { sql } = connections;
  await sql`set statement_timeout = 0`;
  await sql`
    insert into jobs (execution_id, repository_id, base_revision, base_ref, state, attempt_count, ended_at)
    select ${executionId}, repository_id, base_revision, base_ref, 'succeeded', 1, now()
      from jobs cross join generate_series(1, ${finishedJobs}::int) where execution_id = ${executionId}`;
  await sql`
    insert into attempts (job_id, number, runner_id, claim_key, slot, lease_expires_at, deadline_at, state, outcome,
                          log_streams, ended_at, log_sealed_at)
    select id, 1, ${runnerId}, gen_random_uuid(), 1, now(), now(), 'succeeded', '{"kind":"succeeded"}', '[]', now(), now()
      from jobs where state = 'succeeded'`;
  await sql`
    update jobs set current_attempt_id = attempts.id from attempts
     where attempts.job_id = jobs.id and jobs.current_attempt_id is null and jobs.id % 100 = 0`;
  await sql`vacuum (analyze) jobs`;
  await sql`vacuum (analyze) attempts`;
}
