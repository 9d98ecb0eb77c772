import { executionState } from '@flotilla/shared/lifecycle/executionState';
import type { ExecutionView } from '@flotilla/shared/views';
import type { ExecutionRow } from './queries/selectExecutions.ts';

/** An Execution as one user sees it. Its state is derived from its Jobs, but for its end. */
export function executionView(row: ExecutionRow, userId: number): ExecutionView {
  const { cancelRequested, endedAt } = row;
  const state = row.resolving
    ? 'resolving'
    : executionState(row.counts, { cancelRequested, hasEnded: endedAt !== null });
  return {
    id: row.id,
    actionId: row.actionId,
    actionName: row.definition.name,
    actionVersion: row.actionVersion,
    scopeQuery: row.definition.scopeQuery,
    state,
    counts: row.counts,
    changed: row.changed,
    held: row.held,
    paused: row.pausedAt === null ? null : { at: row.pausedAt, by: row.pausedBy },
    priority: row.definition.priority,
    maxParallel: row.definition.maxParallel,
    maxFailures: row.definition.maxFailures,
    createdBy: row.createdBy,
    mine: row.createdById === userId,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    endedAt,
  };
}
