import type { ChangedFile } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Database, Sql } from '../db/database.ts';
import { getJob } from '../jobs/readJobs.ts';
import { changedFiles } from '../patches/changedFiles.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { leftOutFiles } from './leftOutFiles.ts';

/** The files that a Job's Patch changes, with what a reviewer left out. Empty when there is no Patch. */
export async function listChangedFiles(
  context: { readonly database: Database; readonly sql: Sql; readonly mirrors: Mirrors },
  user: User,
  jobId: number,
  signal: AbortSignal | undefined,
): Promise<ChangedFile[]> {
  const job = await getJob(context.sql, user, jobId);
  if (job.patch === null) return [];
  const files = await changedFiles({
    mirrorPath: context.mirrors.pathOf(job.repositoryId),
    baseTree: job.patch.baseTree,
    resultTree: job.patch.resultTree,
    owner: `user:${user.id}`,
    signal,
  });
  const leftOut = await leftOutFiles(context.database, jobId);
  return files.map((file) => ({ ...file, included: !leftOut.has(file.path) }));
}
