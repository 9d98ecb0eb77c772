import type { Definition } from '@flotilla/shared/definition/definition';
import type { Target } from '@flotilla/shared/target/target';
import type { Sql } from '../../db/database.ts';
import type { LeftByFilter } from '../../db/schema/executions.ts';
import { changedNow } from '../../db/changedNow.ts';
import { fenced } from '../../work/fenced.ts';
import type { BegunExecution } from './insertExecution.ts';
import { fairRank } from '../../jobs/fairRank.ts';
import { requirementId } from '../../jobs/requirementId.ts';
import { auditing, byItself } from '../../telemetry/audit.ts';

export interface ResolvedScope {
  readonly begun: BegunExecution;
  readonly definition: Definition;
  readonly userId: number;
  readonly targets: readonly Pick<Target, 'repositoryId' | 'baseRef' | 'baseRevision' | 'directory'>[];
  /** What the filters of the scope left out; without it, what is kept with the scope that was confirmed. */
  readonly leftOut?: readonly LeftByFilter[];
  /** Whether owners share the Runners fairly; else all Jobs stand in one line. */
  readonly fair: boolean;
}

/**
 * Inserts all Jobs of an Execution, in the order of its targets, no two of which may share repository, branch and
 * directory, and ends its resolution: one auto-commit statement, all or nothing. Returns false when the resolution is
 * another replica's by now: then that one makes the Jobs. An Execution that was
 * cancelled meanwhile gets cancelled Jobs, a paused one none that can be claimed.
 *
 * A Job's rank is its id, so that they are served in order, or what {@link fairRank} says where owners share fairly.
 */
export async function insertJobs(sql: Sql, scope: ResolvedScope): Promise<boolean> {
  const { begun, definition, fair } = scope;
  const fairnessClass = fair ? scope.userId : 0;
  const requirement = await requirementId(sql, definition.requires);
  const rank = fairRank(sql, {
    fairnessClass: sql`${fairnessClass}::bigint`,
    priority: sql`${definition.priority}::smallint`,
    requirementId: sql`${requirement}::integer`,
  });
  const targets = scope.targets.map((target, position) => ({
    position,
    repository_id: target.repositoryId,
    base_revision: target.baseRevision,
    base_ref: target.baseRef,
    directory: target.directory,
  }));
  // A new Job has changed_xid 0: the feed announces the Execution, and an editor lists its Jobs when it shows them.
  const rows = await sql`
    with held as materialized (${fenced(sql, begun.lease)}),
    resolved as (
      update executions
         set resolved_at = now(), resolving_request = null,
             left_out = case when coverage = 'scope' then coalesce(
               ${scope.leftOut === undefined ? null : sql.json(scope.leftOut as never)}::jsonb,
               (select left_out from kept_scopes where id = (resolving_request ->> 'scopeId')::uuid), '[]') else '[]' end,
             ${changedNow(sql)}
        from held where executions.id = ${begun.executionId} and resolved_at is null
      returning executions.id, cancel_requested_at, paused_at, action_version, created_by),
    served as (
      select ${rank} as rank),
    targets as (
      select position, repository_id, base_revision, base_ref, directory, nextval(pg_get_serial_sequence('jobs', 'id')) as id
        from (select * from jsonb_to_recordset(${sql.json(targets)})
                  as target (position int, repository_id bigint, base_revision text, base_ref text, directory text)
               order by position) as target),
    queued as (
      insert into jobs (id, execution_id, repository_id, base_revision, base_ref, directory, priority, rank,
                        fairness_class, requirement_id, ready, state, cancel_requested_at, ended_at, changed_xid)
      overriding system value
      select target.id, resolved.id, target.repository_id, target.base_revision, target.base_ref,
             target.directory, ${definition.priority},
             case when resolved.cancel_requested_at is null
                  then coalesce(served.rank + target.position + 1, target.id) else 0 end,
             ${fairnessClass},
             ${requirement},
             resolved.paused_at is null
               and target.position < coalesce(${definition.maxParallel}::int, target.position + 1),
             case when resolved.cancel_requested_at is null then 'queued' else 'cancelled' end,
             resolved.cancel_requested_at,
             case when resolved.cancel_requested_at is not null then now() end, 0
        from resolved, targets as target, served
       order by target.position),
    audited as (${auditing(sql, {
      actor: sql`coalesce((select name from users where users.id = created_by), ${byItself})`,
      event: 'execution.started',
      details: {
        execution: sql`id`,
        action: sql`${definition.name}::text`,
        version: sql`action_version`,
        jobs: sql`${targets.length}::int`,
      },
      of: sql`resolved`,
    })})
    select id from resolved`;
  return rows.length > 0;
}
