import { FlotillaError } from '@flotilla/shared/errors';
import type { ActionVersionView, ActionView } from '@flotilla/shared/views';
import { and, asc, eq } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { users } from '../db/schema/access.ts';
import { actions, actionVersions } from '../db/schema/actions.ts';

/** All Actions with their latest version, by name. */
export async function listActions(database: Database): Promise<ActionView[]> {
  const rows = await database
    .select({ action: actions, version: actionVersions, user: users.name })
    .from(actions)
    .innerJoin(
      actionVersions,
      and(eq(actionVersions.actionId, actions.id), eq(actionVersions.version, actions.latestVersion)),
    )
    .innerJoin(users, eq(users.id, actionVersions.createdBy))
    .orderBy(asc(actions.name));
  return rows.map(({ action, version, user }) => ({
    id: action.id,
    name: action.name,
    description: version.definition.description,
    latestVersion: action.latestVersion,
    origin: version.origin,
    updatedAt: version.createdAt.getTime(),
    updatedBy: user,
  }));
}

/** One version of an Action; without a number the latest. */
export async function getActionVersion(
  database: Database,
  actionId: number,
  version?: number,
): Promise<ActionVersionView> {
  const [row] = await database
    .select({ action: actions, version: actionVersions, user: users.name })
    .from(actions)
    .innerJoin(
      actionVersions,
      and(
        eq(actionVersions.actionId, actions.id),
        eq(actionVersions.version, version ?? actions.latestVersion),
      ),
    )
    .innerJoin(users, eq(users.id, actionVersions.createdBy))
    .where(eq(actions.id, actionId));
  if (row === undefined)
    throw new FlotillaError('notFound', `There is no action ${actionId} with that version.`);
  return {
    actionId,
    name: row.action.name,
    version: row.version.version,
    text: row.version.text,
    origin: row.version.origin,
    createdAt: row.version.createdAt.getTime(),
    createdBy: row.user,
  };
}
