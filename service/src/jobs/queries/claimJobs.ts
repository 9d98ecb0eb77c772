import type { Target } from '@flotilla/shared/target/target';
import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { liveAttemptStates } from '../liveStates.ts';
import { isUniqueViolation } from '../../db/uniqueViolation.ts';
import { targetColumns, targetTables } from '../targetColumns.ts';

/** One Runner's question for Jobs. */
export interface Claimer {
  readonly runnerId: string;
  readonly claimKey: string;
  /** How many Jobs it could take. */
  readonly free: number;
}

export interface Claim {
  /** Each claim key once. */
  readonly claimers: readonly Claimer[];
  /** The labels that all of them have. */
  readonly labels: readonly string[];
  readonly leaseMs: number;
  readonly jobTimeoutSeconds: number;
}

/** One row of a claim: the Attempt, and all that is needed to run it but the Definition. */
export interface ClaimedRow extends Target {
  readonly claim_key: string;
  readonly attempt_id: string;
  readonly number: number;
  readonly lease_token: string;
  readonly job_id: string;
  readonly execution_id: string;
  /** Who started the Execution, or where nobody did, who answers for its Action. */
  readonly owner: string;
  readonly timeout_seconds: number;
  readonly pinned_images: Readonly<Record<string, string>>;
}

/**
 * Claims queued Jobs for Runners with the same labels, in the order of the queue (priority, rank, id), each with a new
 * Attempt. One auto-commit statement for all claimers. The same claim key answers with the Attempts it made that still
 * live. Copies of a call on several replicas take turns by a lock on the key, but the later one's snapshot may be older
 * than what the earlier one committed (docs/spec/database.md: the lock alone does not help). So it is asked again when it
 * collides on the unique `(claim_key, slot)`, and when a claimer got nothing, because then its copy may have taken the
 * last Jobs.
 */
export async function claimJobs(sql: Sql, claim: Claim): Promise<readonly ClaimedRow[]> {
  let answered: readonly ClaimedRow[] = [];
  let { claimers } = claim;
  for (let round = 1; ; round++) {
    try {
      answered = [...answered, ...(await claimOnce(sql, { ...claim, claimers }))];
      const served = new Set(answered.map((row) => row.claim_key));
      claimers = claimers.filter(({ claimKey }) => !served.has(claimKey));
      if (claimers.length === 0 || round > 1) return answered;
    } catch (error) {
      if (!isUniqueViolation(error, 'attempts_claim') || round > 2) throw error;
    }
  }
}

function claimOnce(sql: Sql, claim: Claim): Promise<readonly ClaimedRow[]> {
  const claimers = claim.claimers.map((claimer, position) => ({ ...claimer, position }));
  return sql<ClaimedRow[]>`
    with claimers as materialized (
      select "runnerId" as runner_id, "claimKey" as claim_key, free, position,
             pg_advisory_xact_lock(hashtextextended("claimKey"::text, 0)) as alone
        from jsonb_to_recordset(${sql.json(claimers)})
             as given ("runnerId" uuid, "claimKey" uuid, free int, position int)
       order by "claimKey"),
    earlier as materialized (
      select claim_key, id, job_id, number, lease_token, timeout_seconds, state
        from claimers join attempts using (claim_key, runner_id)),
    asking as materialized (
      select runner_id, claim_key, sum(free) over (order by position) - free as after,
             sum(free) over (order by position) as upto
        from claimers where claim_key not in (select claim_key from earlier)),
    wanted as (select coalesce(max(upto), 0) as jobs from asking),
    picked as (
      select queue.id, queue.priority, queue.rank
        from requirements cross join lateral (
          select jobs.id, jobs.priority, jobs.rank from jobs
           where state = 'queued' and ready and requirement_id = requirements.id
           order by priority desc, rank, id limit (select jobs from wanted) for update skip locked) as queue
       where requirements.labels <@ array(select jsonb_array_elements_text(${sql.json([...claim.labels])}))
       order by queue.priority desc, queue.rank, queue.id limit (select jobs from wanted)),
    numbered as (
      select id, row_number() over (order by priority desc, rank, id) as place,
             nextval('attempts_id_seq') as attempt_id from picked),
    started as (
      update jobs
         set state = 'running', attempt_count = attempt_count + 1, current_attempt_id = numbered.attempt_id,
             ${changedNow(sql)}
        from numbered where jobs.id = numbered.id
      returning jobs.id, jobs.execution_id, jobs.attempt_count, jobs.queued_at, numbered.attempt_id, numbered.place),
    made as (
      insert into attempts (id, job_id, number, runner_id, claim_key, slot, timeout_seconds, queued_at, lease_expires_at,
                            deadline_at)
      overriding system value
      select attempt_id, started.id, attempt_count, runner_id, claim_key, place - after,
             coalesce((definition ->> 'timeoutSeconds')::int, ${claim.jobTimeoutSeconds}), queued_at,
             now() + make_interval(secs => ${claim.leaseMs / 1000}),
             now() + make_interval(secs => coalesce((definition ->> 'timeoutSeconds')::int, ${claim.jobTimeoutSeconds}))
        from started join executions on executions.id = started.execution_id
        join asking on place > after and place <= upto
      returning claim_key, id, job_id, number, lease_token, timeout_seconds),
    claimed as (
      select claim_key, id, job_id, number, lease_token, timeout_seconds from made
      union all
      select claim_key, id, job_id, number, lease_token, timeout_seconds from earlier
       where state in ${liveAttemptStates(sql)})
    select claimed.claim_key, claimed.id as attempt_id, claimed.number, claimed.lease_token, claimed.timeout_seconds,
           jobs.id as job_id, jobs.execution_id, ${targetColumns(sql)},
           coalesce(executions.created_by,
                    (select owner_id from actions where actions.id = executions.action_id)) as owner,
           coalesce((select jsonb_object_agg(image, digest) from execution_images
                      where execution_id = jobs.execution_id), '{}') as pinned_images
      from claimed
      join jobs on jobs.id = claimed.job_id
      join executions on executions.id = jobs.execution_id ${targetTables(sql)}
     order by claimed.id`;
}
