import type { Decision } from '@flotilla/shared/campaign/wishes';
import type { User } from '../../auth/tokens.ts';
import { changedNow } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';
import { auditing } from '../../telemetry/audit.ts';
import { askingForWork } from '../../work/askForWork.ts';
import { reconcileName } from '../reconcileName.ts';

export interface Decided {
  readonly changesetId: number;
  readonly decision: Decision;
  /** The commit that was shown. */
  readonly commit: string;
}

/**
 * Keeps what a person decided about the commit at which a Changeset is held, and asks for its work: one auto-commit statement.
 * False when it is not held at that commit by now.
 */
export async function storeDecision(
  sql: Sql,
  user: User,
  { changesetId, decision, commit }: Decided,
): Promise<boolean> {
  const isOnTop = decision === 'ourChangeOnTop';
  const rows = await sql`
    with decided as (
      update changesets
         set decision = case when not ${isOnTop} then jsonb_build_object('kind', ${decision}::text, 'commit', ${commit}::text) end,
             keeps = case when ${isOnTop} then ${commit} when ${decision === 'overwrite'} then null else keeps end,
             state = 'queued', reason = null, ${changedNow(sql)}
       where id = ${changesetId} and state = 'held' and detached_at is null
         and reason ->> 'kind' in ('foreignCommits', 'foreignConflict') and reason ->> 'commit' = ${commit}
      returning id),
    asked as (${askingForWork(
      sql,
      sql`select ${reconcileName}::text, id::text, jsonb_build_object('changesetId', id), now() from decided`,
    )}),
    audited as (${auditing(sql, {
      actor: user.name,
      event: 'changeset.decided',
      details: { changeset: sql`id`, decision: sql`${decision}::text`, commit: sql`${commit}::text` },
      of: sql`decided`,
    })})
    select id from decided`;
  return rows.length > 0;
}
