import type { Definition } from '@flotilla/shared/definition/definition';
import type { TargetView } from '@flotilla/shared/views';
import type { Sql } from '../../db/database.ts';
import type { ResolutionLease } from './beginResolution.ts';

export interface ResolvedScope {
  readonly lease: ResolutionLease;
  readonly definition: Definition;
  readonly userId: number;
  readonly targets: readonly TargetView[];
  /** Whether owners share the Runners fairly; else all Jobs stand in one line. */
  readonly fair: boolean;
}

/** The id of a set of labels that Jobs require; made when it is new. */
async function requirementId(sql: Sql, labels: readonly string[]): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into requirements (labels) values (array(select jsonb_array_elements_text(${sql.json([...labels])})))
    on conflict (labels) do update set labels = excluded.labels returning id`;
  if (row === undefined) throw new Error('a set of labels got no id');
  return row.id;
}

/**
 * Inserts all Jobs of an Execution, in the order of its targets, and ends its resolution: one auto-commit statement,
 * all or nothing. Returns false when the lease is another's: then that one makes the Jobs. An Execution that was
 * cancelled meanwhile gets cancelled Jobs, a paused one none that can be claimed.
 *
 * A Job's rank is its id, so that they are served in order. Where owners share fairly, an owner's Jobs begin behind
 * those that he has in the queue, and not behind what others have: at the place that is being served now (start-time
 * fair queueing, with Jobs of equal length).
 */
export async function insertJobs(sql: Sql, scope: ResolvedScope): Promise<boolean> {
  const { definition, fair, lease } = scope;
  const fairnessClass = fair ? scope.userId : 0;
  const requirement = await requirementId(sql, definition.requires);
  const targets = scope.targets.map((target, position) => ({
    position,
    repository_id: target.repositoryId,
    base_revision: target.baseRevision,
    base_ref: target.baseRef,
  }));
  // A new Job has changed_xid 0: the feed announces the Execution, and an editor lists its Jobs when it shows them.
  const rows = await sql`
    with resolved as (
      update executions
         set resolving_until = null, resolving_request = null, changed_xid = (pg_current_xact_id()::text)::bigint
       where id = ${lease.executionId} and resolving_until = ${lease.until}::text::timestamptz
      returning id, cancel_requested_at, paused_at),
    served as (
      select case when ${fair}::boolean then greatest(
               (select max(rank) from jobs where state = 'queued' and fairness_class = ${fairnessClass}),
               (select min(rank) - 1 from jobs where state = 'queued')) end as rank),
    targets as (
      select position, repository_id, base_revision, base_ref, nextval(pg_get_serial_sequence('jobs', 'id')) as id
        from (select * from jsonb_to_recordset(${sql.json(targets)})
                  as target (position int, repository_id bigint, base_revision text, base_ref text)
               order by position) as target),
    queued as (
      insert into jobs (id, execution_id, repository_id, base_revision, base_ref, priority, rank, fairness_class,
                        requirement_id, ready, state, cancel_requested_at, ended_at, changed_xid)
      overriding system value
      select target.id, resolved.id, target.repository_id, target.base_revision, target.base_ref,
             ${definition.priority}, coalesce(served.rank + target.position + 1, target.id), ${fairnessClass},
             ${requirement},
             resolved.paused_at is null
               and target.position < coalesce(${definition.maxParallel}::int, target.position + 1),
             case when resolved.cancel_requested_at is null then 'queued' else 'cancelled' end,
             resolved.cancel_requested_at,
             case when resolved.cancel_requested_at is not null then now() end, 0
        from resolved, targets as target, served
       order by target.position)
    select id from resolved`;
  return rows.length > 0;
}
