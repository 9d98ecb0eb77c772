import type { Sql } from '../db/database.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { insertPlan } from './queries/insertPlan.ts';
import { selectSelections } from './queries/selectSelections.ts';
import { selectionTree } from './selectionTree.ts';

export interface PlanContext {
  readonly sql: Sql;
  readonly mirrors: Mirrors;
}

/**
 * Makes the Plan of an Execution: an item for each of its Targets, with what a reviewer left in at this moment, and for all
 * others those of the Plan that it amends. Equal content is the same Plan. Undefined while the Execution is live, or when
 * there is none.
 */
export async function makePlan(
  { sql, mirrors }: PlanContext,
  { executionId, amends }: { readonly executionId: number; readonly amends: number | null },
  signal: AbortSignal,
): Promise<number | undefined> {
  const selections = [];
  for (const job of await selectSelections(sql, executionId)) {
    const { jobId, repositoryId, leftOut, ...trees } = job;
    const patch = { ...trees, mirrorPath: mirrors.pathOf(repositoryId), leftOut: new Set(leftOut) };
    selections.push({ jobId, selection: (await selectionTree(patch, signal)) ?? null });
  }
  return insertPlan(sql, { executionId, amends, selections });
}
