import type { Definition } from '@flotilla/shared/definition/definition';
import type { TargetView } from '@flotilla/shared/views';
import type { Sql } from '../../db/database.ts';

export interface NewExecution {
  readonly id: number;
  readonly requestKey: string;
  readonly actionId: number;
  readonly actionVersion: number;
  readonly definition: Definition;
  readonly userId: number;
  readonly targets: readonly TargetView[];
  /** Whether owners share the Runners fairly; else all Jobs stand in one line. */
  readonly fair: boolean;
}

/** The id that the next Execution will have: its pins are made before its row, so that no Job can be without. */
export async function nextExecutionId(sql: Sql): Promise<number> {
  const [row] = await sql<{ id: string }[]>`select nextval(pg_get_serial_sequence('executions', 'id')) as id`;
  if (row === undefined) throw new Error('the sequence of executions gave no number');
  return Number(row.id);
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
 * Inserts an Execution with all its Jobs, in the order of its targets, in one auto-commit statement: all or nothing.
 * Returns false when the request key has been used: then the earlier Execution stands.
 *
 * A Job's rank is its id, so that they are served in order. Where owners share fairly, an owner's Jobs begin behind
 * those that he has in the queue, and not behind what others have: at the place that is being served now (start-time
 * fair queueing, with Jobs of equal length).
 */
export async function insertExecution(sql: Sql, execution: NewExecution): Promise<boolean> {
  const { definition, fair } = execution;
  const fairnessClass = fair ? execution.userId : 0;
  const requirement = await requirementId(sql, definition.requires);
  const targets = execution.targets.map((target, position) => ({
    position,
    repository_id: target.repositoryId,
    base_revision: target.baseRevision,
    base_ref: target.baseRef,
  }));
  // A new Job has changed_xid 0: the feed announces the Execution, and an editor lists its Jobs when it shows them.
  const rows = await sql`
    with made as (
      insert into executions (id, request_key, action_id, action_version, definition, created_by, max_parallel,
                              max_failures)
      overriding system value
      values (${execution.id}, ${execution.requestKey}, ${execution.actionId}, ${execution.actionVersion},
              ${sql.json({ ...definition })}, ${execution.userId}, ${definition.maxParallel}, ${definition.maxFailures})
      on conflict (request_key) do nothing
      returning id),
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
                        requirement_id, ready, changed_xid)
      overriding system value
      select target.id, made.id, target.repository_id, target.base_revision, target.base_ref, ${definition.priority},
             coalesce(served.rank + target.position + 1, target.id), ${fairnessClass}, ${requirement},
             target.position < coalesce(${definition.maxParallel}::int, target.position + 1), 0
        from made, targets as target, served
       order by target.position)
    select id from made`;
  return rows.length > 0;
}
