import { tmpdir } from 'node:os';
import { FlotillaError, messageOf } from '@flotilla/shared/errors';
import { GitError } from '../git/git.ts';

/**
 * What git says when the machine fails it, in the words of LC_ALL=C: it dies, or cannot write, or hands on the words of
 * the system. What it has against a Patch it says as an error of a path or a line.
 */
const ofMachine = [
  /^fatal: /m,
  /^error: (unable to (write|create)|failed to write|insufficient permission)/m,
  /: (No space left on device|Disk quota exceeded|Read-only file system|Input\/output error|Cannot allocate memory|Too many open files)$/m,
];

/** Whether `git apply` refused a Patch, as opposed to a git that was killed, or a machine that failed it. */
export function isRefusedPatch(error: unknown): error is GitError {
  return (
    error instanceof GitError &&
    error.exitCode !== null &&
    !ofMachine.some((pattern) => pattern.test(error.stderr))
  );
}

/**
 * The refusal of a call whose Patch could not be looked at, because a disk is full or git does not work: asked again, it
 * may succeed. Undefined for an error of anything else.
 */
export function patchTrouble(error: unknown, mirrorPath: string): FlotillaError | undefined {
  const ofFiles = error instanceof Error && 'syscall' in error && error.syscall !== 'connect';
  if (!(error instanceof GitError) && !ofFiles) return undefined;
  const said = messageOf(error).trim().split('\n').slice(0, 2).join(' ').slice(0, 500);
  const place = said.includes(tmpdir()) && !said.includes(mirrorPath) ? tmpdir() : mirrorPath;
  return new FlotillaError(
    'unavailable',
    `The service could not apply a patch in ${place}: ${said}. Make room on that disk, or repair that folder; it is tried again until then.`,
    { cause: error },
  );
}
