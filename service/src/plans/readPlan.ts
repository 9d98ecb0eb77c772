import type { Absence } from '@flotilla/shared/campaign/plan';
import type { Sql } from '../db/database.ts';
import type { LeftByFilter } from '../db/schema/executions.ts';

/** What a Plan says of a Target. */
export interface PlanItem {
  readonly codeHostId: number;
  readonly codeHost: string;
  readonly repositoryId: number;
  readonly repository: string;
  readonly baseRef: string;
  readonly directory: string;
  readonly executionId: number;
  readonly jobId: number;
  readonly actionVersion: number;
  readonly baseRevision: string;
  /** Null where there is nothing to publish. */
  readonly patch: {
    readonly baseTree: string;
    readonly resultTree: string;
    readonly files: number;
    readonly addedLines: number;
    readonly removedLines: number;
  } | null;
  /** Why there is none, though perhaps there ought to be one; null for one that changes nothing. */
  readonly absence: Absence | null;
}

export interface Plan {
  readonly id: number;
  readonly items: readonly PlanItem[];
  readonly leftOut: readonly LeftByFilter[];
}

/** Targets that ought to have a result and have none. What a reviewer left out is no accident. */
export function missingOf({ items }: Plan): number {
  return items.filter(({ absence }) => absence !== null && absence !== 'excluded').length;
}

interface RawItem {
  readonly repository_id: string;
  readonly repository: string;
  readonly code_host_id: string;
  readonly code_host: string;
  readonly base_ref: string;
  readonly directory: string;
  readonly absence: Absence | null;
  readonly execution_id: string;
  readonly job_id: string;
  readonly action_version: number;
  readonly base_revision: string;
  readonly base_tree: string | null;
  readonly result_tree: string | null;
  readonly files: number | null;
  readonly added_lines: number | null;
  readonly removed_lines: number | null;
}

/** Reads a Plan, by repository; undefined when there is none. */
export async function readPlan(sql: Sql, planId: number): Promise<Plan | undefined> {
  const [plan] = await sql<
    { left_out: readonly LeftByFilter[] }[]
  >`select left_out from plans where id = ${planId}`;
  if (plan === undefined) return undefined;
  const rows = await sql<RawItem[]>`
    select plan_items.*, repositories.name as repository, code_hosts.id as code_host_id, code_hosts.name as code_host
      from plan_items join repositories on repositories.id = repository_id
      join code_hosts on code_hosts.id = repositories.code_host_id
     where plan_id = ${planId}
     order by code_hosts.name, repositories.name, base_ref, directory`;
  return { id: planId, items: rows.map(itemOf), leftOut: plan.left_out };
}

function itemOf(row: RawItem): PlanItem {
  const { base_tree: baseTree, result_tree: resultTree } = row;
  return {
    codeHostId: Number(row.code_host_id),
    codeHost: row.code_host,
    repositoryId: Number(row.repository_id),
    repository: row.repository,
    baseRef: row.base_ref,
    directory: row.directory,
    executionId: Number(row.execution_id),
    jobId: Number(row.job_id),
    actionVersion: row.action_version,
    baseRevision: row.base_revision,
    patch:
      baseTree === null || resultTree === null
        ? null
        : {
            baseTree,
            resultTree,
            files: row.files ?? 0,
            addedLines: row.added_lines ?? 0,
            removedLines: row.removed_lines ?? 0,
          },
    absence: row.absence,
  };
}
