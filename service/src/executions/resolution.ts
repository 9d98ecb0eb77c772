import { sleep } from '@flotilla/launcher/sleep';
import type { ScopePreview } from '@flotilla/shared/views';
import type { Logger } from 'pino';
import type { Database, Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { resolveScope } from '../search/resolveScope.ts';
import { audit } from '../telemetry/audit.ts';
import type { ResolutionLease } from './queries/beginResolution.ts';
import { insertJobs } from './queries/insertJobs.ts';
import { renewResolution } from './queries/renewResolution.ts';
import { takeOverResolution, type Resolution } from './queries/takeOverResolution.ts';
import { withdrawExecution } from './queries/withdrawExecution.ts';

export interface ResolutionContext {
  readonly database: Database;
  readonly sql: Sql;
  readonly hints: Hints;
  readonly mirrors: Mirrors;
  /** Whether owners share the Runners fairly. */
  readonly fair: boolean;
  /** How long a resolution belongs to a replica that gives no sign of life. */
  readonly leaseMs: number;
}

/** How a resolution ended: with Jobs, with a scope that has no Target, or in the hands of another replica. */
export type Resolved =
  | { readonly kind: 'jobs' }
  | { readonly kind: 'empty'; readonly scope: ScopePreview }
  | { readonly kind: 'takenOver' };

/**
 * Resolves the scope of an Execution that this replica has the lease of, which it renews meanwhile, and inserts its
 * Jobs; an Execution whose scope is empty is deleted. The commits are kept alive by the pins of the repositories' heads
 * (see Mirrors.fetch), so that nothing is written but rows.
 */
export async function resolve(
  context: ResolutionContext,
  resolution: Resolution,
  signal: AbortSignal,
): Promise<Resolved> {
  const { database, sql, hints, mirrors } = context;
  await using renewal = keepRenewing(context, resolution);
  let scope: ScopePreview;
  try {
    scope = await resolveScope({
      query: resolution.definition.scopeQuery,
      ...(resolution.request.repositories === null ? {} : { only: resolution.request.repositories }),
      database,
      mirrors,
      searcher: {
        purpose: 'resolution',
        userId: resolution.user.id,
        signal: AbortSignal.any([signal, renewal.lost]),
      },
    });
  } catch (error) {
    const lease = await renewal.stop();
    if (lease === undefined) return { kind: 'takenOver' };
    // What a query is refused for is refused again: nothing stays of it. Otherwise the lease runs out, and the next tries.
    if (!signal.aborted && !isTransientDatabaseError(error)) await withdraw(context, lease);
    throw error;
  }
  const lease = await renewal.stop();
  if (lease === undefined) return { kind: 'takenOver' };
  if (scope.targets.length === 0) {
    return (await withdraw(context, lease)) ? { kind: 'empty', scope } : { kind: 'takenOver' };
  }
  const { definition, actionVersion, user } = resolution;
  const { targets } = scope;
  if (!(await insertJobs(sql, { lease, definition, userId: user.id, targets, fair: context.fair })))
    return { kind: 'takenOver' };
  hints.publish('queue');
  hints.publish('changes');
  await audit(database, user.name, 'execution.started', {
    execution: lease.executionId,
    action: definition.name,
    version: actionVersion,
    jobs: targets.length,
  });
  return { kind: 'jobs' };
}

/** False when another replica has taken it over. */
async function withdraw({ sql, hints }: ResolutionContext, lease: ResolutionLease): Promise<boolean> {
  const withdrawn = await withdrawExecution(sql, lease);
  if (withdrawn) hints.publish('changes');
  return withdrawn;
}

/** Resumes, one after the other, the resolutions of replicas that died, every `everyMs` until the signal aborts. */
export async function resumeResolutions(
  context: ResolutionContext & { readonly logger: Logger },
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { sql, logger, leaseMs } = context;
  while (await sleep(everyMs, signal)) {
    try {
      for (;;) {
        const resolution = await takeOverResolution(sql, leaseMs);
        if (resolution === undefined) break;
        const { executionId } = resolution.lease;
        const resolved = await resolve(context, resolution, signal);
        logger.warn({ executionId, resolved: resolved.kind }, 'resumed an execution whose replica was gone');
      }
    } catch (error) {
      if (signal.aborted) return;
      // Its lease runs out, and whoever looks next tries again; one that cannot be resolved at all has been deleted.
      logger.warn({ err: error }, 'an execution could not be resumed');
    }
  }
}

/** Renews a lease three times in its length. `stop` answers the lease as it is then; undefined when it was lost. */
function keepRenewing({ sql, hints, leaseMs }: ResolutionContext, { lease }: Resolution) {
  const stopped = new AbortController();
  const lost = new AbortController();
  const renewing = (async () => {
    let current: typeof lease | undefined = lease;
    while (await sleep(leaseMs / 3, stopped.signal)) {
      try {
        current = await renewResolution(sql, current, leaseMs);
        hints.publish('changes');
      } catch (error) {
        // Whether it was renewed is not known: only an outage as long as the lease loses it.
        if (!isTransientDatabaseError(error)) throw error;
      }
      if (current !== undefined) continue;
      lost.abort(new Error('another replica has taken this execution over'));
      return undefined;
    }
    return current;
  })();
  renewing.catch((error: unknown) => lost.abort(error));
  const stop = () => {
    stopped.abort();
    return renewing;
  };
  return {
    lost: lost.signal,
    stop,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await renewing.catch(() => undefined);
    },
  };
}
