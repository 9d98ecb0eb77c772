import type { ChangedScope, KeptScopePreview } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Database, Sql } from '../db/database.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
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
  return preview(viewer, query, await repositoriesState(viewer.sql));
}

/**
 * What has changed since somebody looked at a scope, and the scope as it is now; null when nothing has, which takes one
 * statement as long as no repository moved. Throws `scope.expired`.
 */
export async function changedScope(viewer: ScopeViewer, scopeId: string): Promise<ChangedScope | null> {
  const kept = await requireKeptScope(viewer.sql, viewer.user.id, scopeId);
  const state = await repositoriesState(viewer.sql);
  if (state === kept.repositoriesState) return null;
  const now = await preview(viewer, kept.query, state);
  const changes = scopeChanges(kept.targets, now);
  return changes === undefined ? null : { ...changes, now };
}

async function preview(viewer: ScopeViewer, query: string, state: string): Promise<KeptScopePreview> {
  const { database, sql, mirrors, user, signal } = viewer;
  const searcher = { purpose: 'search', user, signal } as const;
  const scope = await resolveScope({ query, database, mirrors, searcher });
  const id = await keepScope(sql, {
    userId: user.id,
    query,
    targets: scope.targets,
    repositoriesState: state,
  });
  return { ...scope, id };
}
