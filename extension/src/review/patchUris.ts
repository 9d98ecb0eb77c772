import type { ChangedFile, PatchView } from '@flotilla/shared/views';
import { Uri } from 'vscode';
import type { NamedJob } from '../model/jobNames.ts';
import { toPatchUri, type PatchSide } from './patchUri.ts';

/** A Job with the two trees that are compared: those of its Patch, or of two of its Attempts. */
export interface ComparedJob extends Pick<NamedJob, 'id' | 'repositoryId' | 'name'> {
  readonly patch: Pick<PatchView, 'baseTree' | 'resultTree'> | null;
}

export interface PatchUris {
  /** Undefined where the file is new. */
  readonly base: Uri | undefined;
  /** Undefined where it was deleted. */
  readonly result: Uri | undefined;
}

/** The documents of both sides of a changed file. Undefined when the Job has no Patch any more. */
export function patchUris(origin: string, job: ComparedJob, file: ChangedFile): PatchUris | undefined {
  if (job.patch === null) return undefined;
  const { baseTree, resultTree } = job.patch;
  const uri = (side: PatchSide['side'], tree: string, path: string) =>
    Uri.from(
      toPatchUri({
        origin,
        jobId: job.id,
        repositoryId: job.repositoryId,
        name: job.name,
        side,
        tree,
        path,
      }),
    );
  return {
    base: file.status === 'added' ? undefined : uri('base', baseTree, file.previousPath ?? file.path),
    result: file.status === 'deleted' ? undefined : uri('result', resultTree, file.path),
  };
}
