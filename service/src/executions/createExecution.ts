import { FlotillaError } from '@flotilla/shared/errors';
import type { Definition } from '@flotilla/shared/definition/definition';
import type { ExecutionView, ScopePreview } from '@flotilla/shared/views';
import { saveAction, type ActionToSave } from '../actions/saveAction.ts';
import type { User } from '../auth/tokens.ts';
import type { Database, Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { resolveScope } from '../search/resolveScope.ts';
import { audit } from '../telemetry/audit.ts';
import { insertExecution, nextExecutionId } from './queries/insertExecution.ts';
import { selectExecutions } from './queries/selectExecutions.ts';
import { executionView } from './executionView.ts';

export interface ExecutionToCreate extends ActionToSave {
  /** Made by the client: a repeated request gets the same Execution. */
  readonly requestKey: string;
  /** Names to limit the scope to; null takes all that match. */
  readonly repositories: readonly string[] | null;
}

export interface CreateContext {
  readonly database: Database;
  readonly sql: Sql;
  readonly hints: Hints;
  readonly mirrors: Mirrors;
  readonly defaultImage: string;
  /** Whether owners share the Runners fairly. */
  readonly fair: boolean;
}

/**
 * Saves the Action, resolves its scope, pins every Target's commit in its mirror and inserts the Execution with all
 * its Jobs, or nothing. A scope that matches nothing is refused with the reasons.
 */
export async function createExecution(
  context: CreateContext,
  user: User,
  request: ExecutionToCreate,
  signal: AbortSignal,
): Promise<ExecutionView> {
  const { database, sql, mirrors } = context;
  const earlier = await findByRequestKey(sql, user, request.requestKey);
  if (earlier !== undefined) return earlier;
  const saved = await saveAction(context, user, request);
  const scope = await resolveScope({
    query: saved.definition.scopeQuery,
    ...(request.repositories === null ? {} : { only: request.repositories }),
    database,
    mirrors,
    signal,
  });
  if (scope.targets.length === 0) throw emptyScope(scope);
  const id = await nextExecutionId(sql);
  await Promise.all(
    scope.targets.map((target) => mirrors.pin(target.repositoryId, id, target.baseRevision, signal)),
  );
  const inserted = await insertExecution(sql, {
    id,
    requestKey: request.requestKey,
    actionId: saved.actionId,
    actionVersion: saved.version,
    definition: withImage(saved.definition, context.defaultImage),
    userId: user.id,
    targets: scope.targets,
    fair: context.fair,
  });
  if (inserted) {
    await audit(database, user.name, 'execution.started', {
      execution: id,
      action: saved.definition.name,
      version: saved.version,
      jobs: scope.targets.length,
    });
    context.hints.publish('queue');
    context.hints.publish('changes');
  }
  const created = await findByRequestKey(sql, user, request.requestKey);
  if (created === undefined) throw new Error('an execution vanished while it was created');
  return created;
}

async function findByRequestKey(
  sql: Sql,
  user: User,
  requestKey: string,
): Promise<ExecutionView | undefined> {
  const [row] = await selectExecutions(sql, sql`request_key = ${requestKey}`, 1);
  return row === undefined ? undefined : executionView(row, user.id);
}

/** The Execution's own copy names its image, so that a later change of the service's default touches no Execution. */
function withImage(definition: Definition, defaultImage: string): Definition {
  return { ...definition, image: definition.image ?? defaultImage };
}

/** So many reasons fit into a sentence that a person still reads. */
const shownReasons = 5;

function emptyScope(scope: ScopePreview): FlotillaError {
  const reasons = scope.leftOut
    .slice(0, shownReasons)
    .map(({ repository, reason }) => `${repository}: ${reason}`);
  const more = scope.leftOut.length - reasons.length;
  const list = [...reasons, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return new FlotillaError(
    'scope.empty',
    scope.leftOut.length === 0
      ? 'The service knows no repository yet: start it with FLOTILLA_REPOSITORIES set to a folder of git repositories.'
      : `No repository matches "${scope.query}" (${list}). Change "scopeQuery" and preview the scope.`,
    { details: { leftOut: scope.leftOut } },
  );
}
