import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { notThere, requireVisible } from '../jobs/requireVisible.ts';
import { upsertSelection } from './queries/upsertSelection.ts';
import type { Selection } from './selection.ts';

/** Keeps what a reviewer takes in or leaves out, for every editor that looks. */
export async function setIncluded(
  context: { readonly sql: Sql; readonly hints: Hints },
  user: User,
  selection: Selection,
): Promise<void> {
  await requireVisible(context.sql, user, selection);
  if (!(await upsertSelection(context.sql, user, selection))) throw notThere(selection);
  context.hints.publish('changes');
}
