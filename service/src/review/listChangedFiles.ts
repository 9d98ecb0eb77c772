import type { ChangedFile } from '@flotilla/shared/views';
import { and, eq, ne } from 'drizzle-orm';
import type { Database, Sql } from '../db/database.ts';
import { reviewSelections } from '../db/schema.ts';
import { getJob } from '../executions/readExecutions.ts';
import { changedFiles } from '../patches/changedFiles.ts';
import type { Mirrors } from '../repositories/mirrors.ts';

/** The files that a Job's Patch changes, with what a reviewer left out. Empty when there is no Patch. */
export async function listChangedFiles(
  context: { readonly database: Database; readonly sql: Sql; readonly mirrors: Mirrors },
  jobId: number,
  signal: AbortSignal | undefined,
): Promise<ChangedFile[]> {
  const job = await getJob(context.sql, jobId);
  if (job.patch === null) return [];
  const files = await changedFiles({
    mirrorPath: context.mirrors.pathOf(job.repositoryId),
    baseTree: job.patch.baseTree,
    resultTree: job.patch.resultTree,
    signal,
  });
  const selections = await context.database
    .select({ path: reviewSelections.path, included: reviewSelections.included })
    .from(reviewSelections)
    .where(and(eq(reviewSelections.jobId, jobId), ne(reviewSelections.path, '')));
  const included = new Map(selections.map((selection) => [selection.path, selection.included]));
  return files.map((file) => ({ ...file, included: included.get(file.path) ?? true }));
}
