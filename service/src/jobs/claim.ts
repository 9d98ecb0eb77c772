import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { Definition } from '@flotilla/shared/definition/definition';
import { jobDefinitionOf } from '@flotilla/shared/definition/jobDefinition';
import { Batcher } from '../batcher.ts';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { Definitions } from '../executions/definitions.ts';
import { claimJobs, type ClaimedRow, type Claimer } from './queries/claimJobs.ts';
import { claimersByLabels } from './queries/claimersByLabels.ts';
import { imageOf } from './stepImage.ts';
import { targetOf } from './targetColumns.ts';

/** So many claims share a statement (docs/spec/database.md). */
const mostClaimers = 50;

export type Claims = Batcher<Claimer, readonly ClaimedRow[]>;

/** The claims of a replica: those that come at the same time share one statement for each set of labels. */
export function batchClaims(context: { readonly sql: Sql; readonly config: Config }): Claims {
  return new Batcher<Claimer, readonly ClaimedRow[]>(async (claimers) => {
    const rows = await claimTogether(context, claimers);
    const byKey = Map.groupBy(rows, (row) => row.claim_key);
    return claimers.map(({ claimKey }) => byKey.get(claimKey) ?? []);
  }, mostClaimers);
}

async function claimTogether(
  { sql, config }: { readonly sql: Sql; readonly config: Config },
  claimers: readonly Claimer[],
): Promise<ClaimedRow[]> {
  // A copy of a call, such as one after a lost answer, gets the answer of the first.
  const distinct = [...new Map(claimers.map((claimer) => [claimer.claimKey, claimer])).values()];
  const { leaseMs, jobTimeoutSeconds } = config;
  const rows: ClaimedRow[] = [];
  for (const group of await claimersByLabels(sql, distinct)) {
    rows.push(...(await claimJobs(sql, { ...group, leaseMs, jobTimeoutSeconds })));
  }
  return rows;
}

/** Claims Jobs for a Runner and says all that is needed to run them. */
export async function claim(
  context: { readonly claims: Claims; readonly definitions: Definitions; readonly hints: Hints },
  runnerId: string,
  claimKey: string,
  free: number,
): Promise<ClaimedJob[]> {
  const rows = await context.claims.call({ runnerId, claimKey, free });
  if (rows.length > 0) context.hints.publish('changes');
  return Promise.all(
    rows.map(async (row) => claimedJob(row, await context.definitions.of(Number(row.execution_id)))),
  );
}

function claimedJob(row: ClaimedRow, definition: Definition): ClaimedJob {
  return {
    attemptId: Number(row.attempt_id),
    attemptNumber: row.number,
    leaseToken: row.lease_token,
    jobId: Number(row.job_id),
    executionId: Number(row.execution_id),
    owner: row.owner,
    timeoutSeconds: row.timeout_seconds,
    ...targetOf(row),
    ...jobDefinitionOf(definition),
    steps: definition.steps.map((step) => {
      const image = imageOf(definition, step);
      return { ...step, image, pinnedImage: row.pinned_images[image] ?? null };
    }),
  };
}
