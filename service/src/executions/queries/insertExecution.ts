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
}

/** The id that the next Execution will have: its pins are made before its row, so that no Job can be without. */
export async function nextExecutionId(sql: Sql): Promise<number> {
  const [row] = await sql<{ id: string }[]>`select nextval(pg_get_serial_sequence('executions', 'id')) as id`;
  if (row === undefined) throw new Error('the sequence of executions gave no number');
  return Number(row.id);
}

/**
 * Inserts an Execution with all its Jobs, in the order of its targets, in one auto-commit statement: all or nothing.
 * Returns false when the request key has been used: then the earlier Execution stands.
 */
export async function insertExecution(sql: Sql, execution: NewExecution): Promise<boolean> {
  const targets = execution.targets.map((target, position) => ({
    position,
    repository_id: target.repositoryId,
    base_revision: target.baseRevision,
    base_ref: target.baseRef,
  }));
  // A new Job has changed_xid 0: the feed announces the Execution, and an editor lists its Jobs when it shows them.
  const rows = await sql`
    with made as (
      insert into executions (id, request_key, action_id, action_version, definition, created_by)
      overriding system value
      values (${execution.id}, ${execution.requestKey}, ${execution.actionId}, ${execution.actionVersion},
              ${sql.json({ ...execution.definition })}, ${execution.userId})
      on conflict (request_key) do nothing
      returning id),
    queued as (
      insert into jobs (execution_id, repository_id, base_revision, base_ref, changed_xid)
      select made.id, target.repository_id, target.base_revision, target.base_ref, 0
        from made, jsonb_to_recordset(${sql.json(targets)})
             as target (position int, repository_id bigint, base_revision text, base_ref text)
       order by target.position)
    select id from made`;
  return rows.length > 0;
}
