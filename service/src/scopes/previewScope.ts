import type { ChangedScope, KeptScopePreview, ScopePreview } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Database, Sql } from '../db/database.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { leftByFilter } from '../search/leftByFilter.ts';
import { resolveScope } from '../search/resolveScope.ts';
import { keepScope } from './queries/keepScope.ts';
import { repositoriesState } from './queries/repositoriesState.ts';
import { requireKeptScope } from './requireKeptScope.ts';
import { scopeChanges } from './scopeChanges.ts';

/** Who looks at a scope, and with what. */
export interface ScopeViewer {
  readonly database: Database;
  readonly sql: Sql;
  readonly mirrors: Mirrors;
  readonly user: User;
  readonly signal: AbortSignal;
}

/** Resolves a scope for somebody who looks at it, and keeps it, so that an Execution can be made of just what they saw. */
export async function previewScope(viewer: ScopeViewer, query: string): Promise<KeptScopePreview> {
  // Before they are searched: what moves meanwhile is a change.
  const state = await repositoriesState(viewer.sql);
  return keep(viewer, await scopeNow(viewer, query), state);
}

/**
 * What has changed since somebody looked at a scope, and the scope as it is now, which is kept as well; null when nothing
 * has, which takes one statement as long as no repository moved, and keeps nothing: the scope that was seen stands. Throws
 * `scope.expired`.
 */
export async function changedScope(viewer: ScopeViewer, scopeId: string): Promise<ChangedScope | null> {
  const kept = await requireKeptScope(viewer.sql, viewer.user.id, scopeId);
  const state = await repositoriesState(viewer.sql);
  if (state === kept.repositoriesState) return null;
  const scope = await scopeNow(viewer, kept.query);
  const changes = scopeChanges(kept.targets, scope);
  return changes === undefined ? null : { ...changes, now: await keep(viewer, scope, state) };
}

function scopeNow({ database, mirrors, user, signal }: ScopeViewer, query: string): Promise<ScopePreview> {
  return resolveScope({ query, database, mirrors, searcher: { purpose: 'search', user, signal } });
}

async function keep(
  { sql, user }: ScopeViewer,
  scope: ScopePreview,
  state: string,
): Promise<KeptScopePreview> {
  const { query, targets } = scope;
  const leftOut = leftByFilter(scope.leftOut);
  const id = await keepScope(sql, { userId: user.id, query, targets, leftOut, repositoriesState: state });
  return { ...scope, id };
}
