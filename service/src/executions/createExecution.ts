import type { Definition } from '@flotilla/shared/definition/definition';
import { FlotillaError } from '@flotilla/shared/errors';
import { describeLeftOut } from '@flotilla/shared/query/leftOutReason';
import type { Target } from '@flotilla/shared/target/target';
import { targetNames } from '@flotilla/shared/target/targetNames';
import type { ExecutionView, ScopePreview } from '@flotilla/shared/views';
import { definitionOf, saveAction, type ActionToSave } from '../actions/saveAction.ts';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { ChosenRepositories } from '../db/schema/executions.ts';
import type { Hints } from '../db/hints.ts';
import { requireConfirmedTargets } from '../scopes/requireConfirmedTargets.ts';
import { standardBackOffMs } from '../work/workKind.ts';
import type { WorkLoop } from '../work/workLoop.ts';
import { insertExecution, type BegunExecution } from './queries/insertExecution.ts';
import { selectExecutions } from './queries/selectExecutions.ts';
import { executionView } from './executionView.ts';
import { resolve, type Resolution, type ResolutionContext, type Resolved } from './resolution.ts';
import { resolutionName } from './resolutionName.ts';

export interface ExecutionToCreate extends ActionToSave {
  /** Made by the client: a repeated request gets the same Execution. */
  readonly requestKey: string;
  /** What the scope is limited to; null takes all that match. */
  readonly repositories: ChosenRepositories | null;
  /** The scope that the user has confirmed: what it means is what runs. Null resolves it now. */
  readonly scopeId: string | null;
}

export interface CreateContext extends ResolutionContext {
  readonly hints: Hints;
  readonly defaultImage: string;
  /** What resolves the scope. */
  readonly work: Pick<WorkLoop, 'holder' | 'performBegun'>;
}

/** Between two looks at an Execution that another request, or another replica, is about to resolve. */
const pollMs = 1000;

/**
 * Saves the Action and starts an Execution of it: its row first, with the work of resolving its scope, which this replica
 * does at once, then all its Jobs in one statement. A scope that matches nothing is refused with the reasons, and nothing stays;
 * what else goes wrong is thrown, and nothing stays either. The same request key is the same Execution; who repeats it waits
 * until that one has its Jobs.
 */
export async function createExecution(
  context: CreateContext,
  user: User,
  request: ExecutionToCreate,
  signal: AbortSignal,
): Promise<ExecutionView> {
  const { sql, hints, leaseMs } = context;
  using changes = hints.listen('changes');
  for (;;) {
    signal.throwIfAborted();
    const found = await findByRequestKey(sql, user, request.requestKey);
    if (found?.state === 'resolving') {
      await changes.next(pollMs, signal);
      continue;
    }
    if (found !== undefined) return found;
    const parsed = definitionOf(request);
    // Before anything is made.
    const confirmed = await confirmedBy(sql, user, request, parsed);
    const saved = await saveAction(context, user, request, parsed);
    // The Execution's own copy names its image, so that a later change of the service's default touches no Execution.
    const definition = { ...saved.definition, image: saved.definition.image ?? context.defaultImage };
    const asked = { repositories: request.repositories, scopeId: request.scopeId };
    const begun = await insertExecution(
      sql,
      {
        requestKey: request.requestKey,
        actionId: saved.actionId,
        actionVersion: saved.version,
        definition,
        createdBy: user.id,
        request: asked,
      },
      { holder: context.work.holder, leaseMs },
    );
    if (begun === undefined) continue;
    const resolved = await resolveBegun(
      context,
      begun,
      {
        executionId: begun.executionId,
        definition,
        user,
        request: asked,
        confirmed,
      },
      signal,
    );
    if (resolved?.kind === 'empty') throw emptyScope(resolved.scope);
    if (resolved?.kind === 'refused') throw resolved.error;
  }
}

/** Undefined when somebody else will go on with it: the caller has gone, or the database was away. */
async function resolveBegun(
  context: CreateContext,
  { lease }: BegunExecution,
  resolution: Resolution,
  signal: AbortSignal,
): Promise<Resolved | undefined> {
  let resolved: Resolved | undefined;
  await context.work.performBegun(
    {
      lease,
      name: `${resolutionName} ${resolution.executionId}`,
      tries: 1,
      leaseMs: context.leaseMs,
      backOffMs: standardBackOffMs,
    },
    async (stop) => {
      resolved = await resolve(context, resolution, lease, stop);
      return { kind: 'done' };
    },
    signal,
  );
  return resolved;
}

/** What the user has confirmed; undefined where the scope is to be resolved now. Throws when they cannot have confirmed it. */
async function confirmedBy(
  sql: Sql,
  user: User,
  { scopeId, repositories }: ExecutionToCreate,
  { scopeQuery: query }: Definition,
): Promise<readonly Target[] | undefined> {
  if (scopeId === null) return undefined;
  return requireConfirmedTargets(sql, user, { scopeId, query, repositories });
}

async function findByRequestKey(
  sql: Sql,
  user: User,
  requestKey: string,
): Promise<ExecutionView | undefined> {
  const [row] = await selectExecutions(sql, sql`request_key = ${requestKey}`, 1);
  return row === undefined ? undefined : executionView(row, user.id);
}

/** So many reasons fit into a sentence that a person still reads. */
const shownReasons = 5;

function emptyScope(scope: ScopePreview): FlotillaError {
  const shown = scope.leftOut.slice(0, shownReasons);
  const nameOf = targetNames(shown);
  const reasons = shown.map((repository) => `${nameOf(repository)}: ${describeLeftOut(repository.reason)}`);
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
