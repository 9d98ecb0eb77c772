import type { Definition } from '@flotilla/shared/definition/definition';
import { parseAction } from '@flotilla/shared/definition/parseAction';
import { FlotillaError } from '@flotilla/shared/errors';
import { describeProblem } from '@flotilla/shared/sourceProblem';
import type { Origin } from '@flotilla/shared/views';
import { and, eq, sql } from 'drizzle-orm';
import type { User } from '../auth/tokens.ts';
import type { Database } from '../db/database.ts';
import { actions, actionVersions } from '../db/schema.ts';
import { audit } from '../telemetry/audit.ts';

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
export function definitionOf(text: string, fileName: string): Definition {
  const parsed = parseAction(text, fileName);
  if (parsed.ok) return parsed.definition;
  const sentences = parsed.problems.map((problem) => describeProblem(fileName, text, problem));
  throw new FlotillaError('action.invalid', sentences.join('\n'), { details: { problems: parsed.problems } });
}

/**
 * Saves an Action's text as its next version, unless it is the text of the latest one. Refuses when the latest
 * version is not the one the caller started from and the text differs.
 */
export async function saveAction(database: Database, user: User, save: ActionToSave): Promise<SavedAction> {
  const definition = definitionOf(save.text, save.fileName);
  return database.transaction(async (tx) => {
    await tx.insert(actions).values({ name: definition.name, latestVersion: 0 }).onConflictDoNothing();
    const [action] = await tx.select().from(actions).where(eq(actions.name, definition.name)).for('update');
    if (action === undefined) throw new Error(`the action ${definition.name} vanished while it was saved`);
    const [latest] = await tx
      .select({ text: actionVersions.text })
      .from(actionVersions)
      .where(and(eq(actionVersions.actionId, action.id), eq(actionVersions.version, action.latestVersion)));
    if (latest?.text === save.text) return { actionId: action.id, version: action.latestVersion, definition };
    if (save.baseVersion !== null && save.baseVersion !== action.latestVersion) {
      throw new FlotillaError(
        'action.conflict',
        `"${definition.name}" has changed since: version ${action.latestVersion} is there, and this text started from version ${save.baseVersion}. Compare the two, then save over it or take the newer one.`,
        { details: { actionId: action.id, latestVersion: action.latestVersion } },
      );
    }
    const version = action.latestVersion + 1;
    await tx.insert(actionVersions).values({
      actionId: action.id,
      version,
      text: save.text,
      definition,
      origin: save.origin,
      createdBy: user.id,
    });
    await tx
      .update(actions)
      .set({ latestVersion: sql`${version}` })
      .where(eq(actions.id, action.id));
    await audit(tx, user.name, 'action.saved', { action: definition.name, version });
    return { actionId: action.id, version, definition };
  });
}
