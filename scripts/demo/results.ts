import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { targetFileNames } from '@flotilla/shared/target/targetFileNames';
import type { JobView } from '@flotilla/shared/views';

/** One Job in `summary.json`. */
export interface JobSummary {
  /** The name of its code host. */
  readonly codeHost: string;
  readonly repository: string;
  readonly baseRef: string;
  readonly baseRevision: string;
  /** Empty for all of the repository. */
  readonly directory: string;
  readonly state: JobView['state'];
  /** From the claim of its first Attempt to its end, to the millisecond. */
  readonly seconds: number;
  /** The file with its Patch; null when nothing changed. */
  readonly patch: string | null;
}

export interface JobResult {
  readonly job: JobView;
  /** Null when nothing changed, or the Job did not succeed. */
  readonly patch: Uint8Array | null;
}

const summaryFile = 'summary.json';

/** Writes a patch for each Job that changed something, of all Jobs of an Execution, and the summary. The patches of an earlier summary there are removed. */
export async function writeResults(folder: string, results: readonly JobResult[]): Promise<JobSummary[]> {
  await mkdir(folder, { recursive: true });
  await removeEarlier(folder);
  const fileOf = targetFileNames(
    results.map(({ job }) => job),
    '.patch',
  );
  const summaries = results.map(({ job, patch }) => ({
    codeHost: job.codeHost,
    repository: job.repository,
    baseRef: job.baseRef,
    baseRevision: job.baseRevision,
    directory: job.directory,
    state: job.state,
    seconds: secondsOf(job),
    patch: patch === null ? null : fileOf(job),
  }));
  await Promise.all(
    results.map(async ({ job, patch }) => {
      if (patch !== null) await writeFile(join(folder, fileOf(job)), patch);
    }),
  );
  await writeFile(join(folder, summaryFile), `${JSON.stringify(summaries, null, 2)}\n`);
  return summaries;
}

/** How long a Job took, in seconds to the millisecond; 0 when it never began. */
export function secondsOf({ startedAt, endedAt }: Pick<JobView, 'startedAt' | 'endedAt'>): number {
  return startedAt === null || endedAt === null ? 0 : Math.round(endedAt - startedAt) / 1000;
}

async function removeEarlier(folder: string): Promise<void> {
  const path = join(folder, summaryFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  for (const patch of patchesIn(text)) {
    if (patch === basename(patch)) await rm(join(folder, patch), { force: true });
  }
  await rm(path);
}

/** The files that a summary names; none where the text is not a summary of ours. */
function patchesIn(text: string): string[] {
  let summary: unknown;
  try {
    summary = JSON.parse(text);
  } catch {
    return [];
  }
  const jobs: readonly unknown[] = Array.isArray(summary) ? summary : [];
  return jobs
    .map((job) => (typeof job === 'object' && job !== null && 'patch' in job ? job.patch : null))
    .filter((patch) => typeof patch === 'string');
}
