import type { Definition } from '@flotilla/shared/definition/definition';
import { parseAction } from '@flotilla/shared/definition/parseAction';
import { FlotillaError } from '@flotilla/shared/errors';
import { describeProblems } from '@flotilla/shared/sourceProblem';
import type { Origin } from '@flotilla/shared/views';
import { and, eq } from 'drizzle-orm';
import type { User } from '../auth/tokens.ts';
import type { Database, Sql } from '../db/database.ts';
import { actions, actionVersions } from '../db/schema/actions.ts';
import { insertVersion } from './queries/insertVersion.ts';

export interface ActionToSave {
  readonly fileName: string;
  readonly text: string;
  /** The version that the caller's text started from; null saves over whatever is there. */
  readonly baseVersion: number | null;
  readonly origin: Origin | null;
}

export interface SavedAction {
  readonly actionId: number;
  readonly version: number;
  readonly definition: Definition;
}

/** The Definition of an action file, or the refusal that lists its problems with their places. */
export function definitionOf({ text, fileName }: Pick<ActionToSave, 'text' | 'fileName'>): Definition {
  const parsed = parseAction(text, fileName);
  if (parsed.ok) return parsed.definition;
  const sentences = describeProblems(fileName, text, parsed.problems);
  throw new FlotillaError('action.invalid', sentences.join('\n'), { details: { problems: parsed.problems } });
}

/**
 * Saves an Action's text as its next version, unless it is the text of the latest one. Refuses when the latest
 * version is not the one the caller started from and the text differs. `definition` is that of the text, for who has parsed it.
 */
export async function saveAction(
  { database, sql }: { readonly database: Database; readonly sql: Sql },
  user: User,
  save: ActionToSave,
  definition = definitionOf(save),
): Promise<SavedAction> {
  for (;;) {
    const latest = await findLatest(database, definition.name);
    if (latest?.text === save.text) return { actionId: latest.actionId, version: latest.version, definition };
    if (latest !== undefined && save.baseVersion !== null && save.baseVersion !== latest.version) {
      throw new FlotillaError(
        'action.conflict',
        `"${definition.name}" has changed since: version ${latest.version} is there, and this text started from version ${save.baseVersion}. Compare the two, then save over it or take the newer one.`,
        { details: { actionId: latest.actionId, latestVersion: latest.version } },
      );
    }
    const { text, origin } = save;
    const inserted = await insertVersion(sql, user, {
      definition,
      text,
      origin,
      after: latest?.version ?? 0,
    });
    if (inserted !== undefined) return { ...inserted, definition };
    // Somebody else saved in between: what is there now decides.
  }
}

async function findLatest(
  database: Database,
  name: string,
): Promise<{ actionId: number; version: number; text: string } | undefined> {
  const [row] = await database
    .select({ actionId: actions.id, version: actionVersions.version, text: actionVersions.text })
    .from(actions)
    .innerJoin(
      actionVersions,
      and(eq(actionVersions.actionId, actions.id), eq(actionVersions.version, actions.latestVersion)),
    )
    .where(eq(actions.name, name));
  return row;
}
