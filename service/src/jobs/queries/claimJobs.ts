import type { Sql } from '../../db/database.ts';

export interface Claim {
  readonly runnerId: string;
  readonly claimKey: string;
  readonly free: number;
  readonly leaseMs: number;
  readonly jobTimeoutSeconds: number;
}

/** One row of a claim: the Attempt, and all that is needed to run it. */
export interface ClaimedRow {
  readonly attempt_id: string;
  readonly number: number;
  readonly lease_token: string;
  readonly job_id: string;
  readonly execution_id: string;
  readonly deadline_in_ms: number;
  readonly timeout_seconds: number;
  readonly repository_id: string;
  readonly repository: string;
  readonly base_revision: string;
  readonly base_ref: string;
  readonly definition: unknown;
  readonly pinned_images: Readonly<Record<string, string>>;
}

/**
 * Claims up to `free` queued Jobs, lowest id first, each with a new Attempt. One auto-commit statement. The same
 * claim key answers with the Attempts it made that still live. Two copies of a call at once take turns by a lock on
 * the key, but the later one's snapshot may be older than what the earlier one committed (runner.md §8: the lock alone
 * does not help). So it is asked again when it collides on the unique `(claim_key, slot)`, and when it found nothing,
 * because then its copy may have taken the last Jobs.
 */
export async function claimJobs(sql: Sql, claim: Claim): Promise<readonly ClaimedRow[]> {
  for (let round = 1; ; round++) {
    try {
      const claimed = await claimOnce(sql, claim);
      if (claimed.length > 0 || round > 1) return claimed;
    } catch (error) {
      if (!isClaimCollision(error) || round > 2) throw error;
    }
  }
}

function claimOnce(sql: Sql, claim: Claim): Promise<readonly ClaimedRow[]> {
  return sql<ClaimedRow[]>`
    with alone as materialized (select pg_advisory_xact_lock(hashtextextended(${claim.claimKey}, 0))),
    earlier as (
      select id, job_id, number, lease_token, deadline_at, state
        from alone cross join attempts where claim_key = ${claim.claimKey} and runner_id = ${claim.runnerId}),
    picked as (
      select id from jobs
       where state = 'queued' and not exists (select from earlier)
       order by id limit ${claim.free} for update skip locked),
    numbered as (
      select id, row_number() over (order by id) as slot,
             nextval(pg_get_serial_sequence('attempts', 'id')) as attempt_id from picked),
    started as (
      update jobs
         set state = 'running', attempt_count = attempt_count + 1, current_attempt_id = numbered.attempt_id,
             changed_xid = (pg_current_xact_id()::text)::bigint
        from numbered where jobs.id = numbered.id
      returning jobs.id, jobs.execution_id, jobs.attempt_count, numbered.attempt_id, numbered.slot),
    made as (
      insert into attempts (id, job_id, number, runner_id, claim_key, slot, lease_expires_at, deadline_at)
      overriding system value
      select attempt_id, started.id, attempt_count, ${claim.runnerId}, ${claim.claimKey}, slot,
             now() + make_interval(secs => ${claim.leaseMs / 1000}),
             now() + make_interval(secs => coalesce((definition ->> 'timeoutSeconds')::int, ${claim.jobTimeoutSeconds}))
        from started join executions on executions.id = started.execution_id
      returning id, job_id, number, lease_token, deadline_at),
    claimed as (
      select id, job_id, number, lease_token, deadline_at from made
      union all
      select id, job_id, number, lease_token, deadline_at from earlier where state in ('claimed', 'running'))
    select claimed.id as attempt_id, claimed.number, claimed.lease_token, jobs.id as job_id, jobs.execution_id,
           (extract(epoch from claimed.deadline_at - now()) * 1000)::float8 as deadline_in_ms,
           coalesce((executions.definition ->> 'timeoutSeconds')::int, ${claim.jobTimeoutSeconds}) as timeout_seconds,
           repositories.id as repository_id, repositories.name as repository, jobs.base_revision, jobs.base_ref,
           executions.definition,
           coalesce((select jsonb_object_agg(image, digest) from execution_images
                      where execution_id = executions.id), '{}') as pinned_images
      from claimed
      join jobs on jobs.id = claimed.job_id
      join executions on executions.id = jobs.execution_id
      join repositories on repositories.id = jobs.repository_id
     order by claimed.id`;
}

function isClaimCollision(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === '23505' &&
    'constraint_name' in error &&
    error.constraint_name === 'attempts_claim'
  );
}
