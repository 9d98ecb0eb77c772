import type { Definition } from '@flotilla/shared/definition/definition';
import type { ClaimedJob } from '@flotilla/shared/protocol/runnerMessages';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { claimJobs, type ClaimedRow } from './queries/claimJobs.ts';
import { imageOf } from './stepImage.ts';

/** Claims Jobs for a Runner and says all that is needed to run them. */
export async function claim(
  context: { readonly sql: Sql; readonly hints: Hints; readonly config: Config },
  runnerId: string,
  claimKey: string,
  free: number,
): Promise<ClaimedJob[]> {
  const { leaseMs, jobTimeoutSeconds } = context.config;
  const rows = await claimJobs(context.sql, { runnerId, claimKey, free, leaseMs, jobTimeoutSeconds });
  if (rows.length > 0) context.hints.publish('changes');
  return rows.map(claimedJob);
}

function claimedJob(row: ClaimedRow): ClaimedJob {
  const definition = row.definition as Definition;
  return {
    attemptId: Number(row.attempt_id),
    attemptNumber: row.number,
    leaseToken: row.lease_token,
    jobId: Number(row.job_id),
    executionId: Number(row.execution_id),
    deadlineInMs: Math.max(0, row.deadline_in_ms),
    timeoutSeconds: row.timeout_seconds,
    repository: row.repository,
    gitPath: `/git/${row.repository_id}.git`,
    baseRevision: row.base_revision,
    baseRef: row.base_ref,
    env: definition.env,
    network: definition.network,
    steps: definition.steps.map((step) => {
      const image = imageOf(definition, step);
      return {
        type: step.type,
        image,
        pinnedImage: row.pinned_images[image] ?? null,
        args: step.args,
        cacheDirs: step.cacheDirs,
      };
    }),
  };
}
