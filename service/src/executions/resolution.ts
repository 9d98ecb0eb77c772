import { sleep } from '@flotilla/launcher/sleep';
import type { Target } from '@flotilla/shared/target/target';
import type { ScopePreview } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Database, Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { confirmedTargets } from '../scopes/confirmedTargets.ts';
import { leftByFilter } from '../search/leftByFilter.ts';
import { resolveScope } from '../search/resolveScope.ts';
import type { WorkLease } from '../work/workKind.ts';
import { announceExecution } from './queries/announceExecution.ts';
import type { BegunExecution } from './queries/insertExecution.ts';
import { insertJobs } from './queries/insertJobs.ts';
import type { FoundResolution } from './queries/selectResolution.ts';
import type { Settlement } from './settlement/settlement.ts';
import { withdrawExecution } from './queries/withdrawExecution.ts';

/** What is to be resolved, in whose name. */
export interface Resolution extends Omit<FoundResolution, 'account'> {
  readonly user: User;
  /** The Targets that the user has confirmed, for who has read them already; they may be megabytes. */
  readonly confirmed?: readonly Target[] | undefined;
}

export interface ResolutionContext {
  readonly database: Database;
  readonly sql: Sql;
  readonly hints: Pick<Hints, 'publish'>;
  readonly mirrors: Mirrors;
  readonly settlement: Pick<Settlement, 'look'>;
  /** Whether owners share the Runners fairly. */
  readonly fair: boolean;
  /** How long a resolution belongs to a replica that gives no sign of life. */
  readonly leaseMs: number;
}

/** How a resolution ended. */
export type Resolved =
  | { readonly kind: 'jobs' }
  /** Without a Target; nothing stays of the Execution. */
  | { readonly kind: 'empty'; readonly scope: ScopePreview }
  /** By an error that would come again; nothing stays of the Execution. */
  | { readonly kind: 'refused'; readonly error: unknown }
  /** Another replica has it by now. */
  | { readonly kind: 'fenced' };

/**
 * Resolves the scope of an Execution whose resolution this replica has the lease of, and inserts its Jobs; an Execution
 * whose scope is empty, or refused, or of which something else went wrong, is deleted. The commits are kept alive by the
 * pins of the repositories' heads (see Mirrors.fetch), so that nothing is written but rows. Rejects when the signal aborts
 * or the database is away: then it is to be tried again.
 */
export async function resolve(
  context: ResolutionContext,
  resolution: Resolution,
  lease: WorkLease,
  signal: AbortSignal,
): Promise<Resolved> {
  const begun = { executionId: resolution.executionId, lease };
  await using _announced = announceLater(context, resolution.executionId);
  try {
    return await makeJobs(context, resolution, begun, signal);
  } catch (error) {
    if (signal.aborted || isTransientDatabaseError(error)) throw error;
    // What is refused, or goes wrong, does so again; whoever asked hears of it now.
    return (await withdraw(context, begun)) ? { kind: 'refused', error } : { kind: 'fenced' };
  }
}

async function makeJobs(
  context: ResolutionContext,
  resolution: Resolution,
  begun: BegunExecution,
  signal: AbortSignal,
): Promise<Resolved> {
  const { sql, hints, fair } = context;
  const { definition, user } = resolution;
  const scope = await scopeOf(context, resolution, signal);
  const { targets } = scope;
  if (targets.length === 0)
    return (await withdraw(context, begun)) ? { kind: 'empty', scope } : { kind: 'fenced' };
  const { scopeId } = resolution.request;
  const resolved = scopeId === undefined || scopeId === null ? { leftOut: leftByFilter(scope.leftOut) } : {};
  if (!(await insertJobs(sql, { begun, definition, userId: user.id, targets, ...resolved, fair })))
    return { kind: 'fenced' };
  // It may have been cancelled meanwhile.
  context.settlement.look(begun.executionId);
  hints.publish('queue');
  hints.publish('changes');
  return { kind: 'jobs' };
}

/** What a person has confirmed, or what the query means now. */
async function scopeOf(
  { database, sql, mirrors }: ResolutionContext,
  { definition: { scopeQuery: query }, user, request, confirmed }: Resolution,
  signal: AbortSignal,
): Promise<ScopePreview> {
  const { repositories, scopeId } = request;
  if (scopeId !== undefined && scopeId !== null) {
    const targets = confirmed ?? (await confirmedTargets(sql, user, scopeId, repositories));
    return { query, targets, leftOut: [] };
  }
  return resolveScope({
    query,
    only: repositories,
    database,
    mirrors,
    searcher: { purpose: 'resolution', user, signal },
  });
}

/** False when another replica has it by now. */
async function withdraw({ sql, hints }: ResolutionContext, begun: BegunExecution): Promise<boolean> {
  const withdrawn = await withdrawExecution(sql, begun);
  if (withdrawn) hints.publish('changes');
  return withdrawn;
}

/** Lets editors see an Execution whose resolution takes longer than most. Disposing ends the wait for that. */
function announceLater({ sql, hints, leaseMs }: ResolutionContext, executionId: number): AsyncDisposable {
  const ended = new AbortController();
  const announcing = (async () => {
    if (!(await sleep(leaseMs / 3, ended.signal))) return;
    try {
      await announceExecution(sql, executionId);
      hints.publish('changes');
    } catch (error) {
      // Editors see it with its Jobs.
      if (!isTransientDatabaseError(error)) throw error;
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await announcing;
    },
  };
}
