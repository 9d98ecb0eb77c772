import { GitError } from '../git/git.ts';

/** Whether something failed in git or the disk, which is full, broken or may not be written: for a person to repair. */
export function isOfDisk(error: unknown): boolean {
  return error instanceof GitError || (error instanceof Error && 'syscall' in error);
}
