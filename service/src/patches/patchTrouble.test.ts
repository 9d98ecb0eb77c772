import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GitError } from '../git/git.ts';
import { isRefusedPatch, patchTrouble } from './patchTrouble.ts';

const failed = (stderr: string, exitCode: number | null = 128) => new GitError(['apply'], exitCode, stderr);

test.each([
  ['error: patch failed: run.sh:1\nerror: run.sh: patch does not apply\n', 1],
  ['error: No valid patches in input (allow with "--allow-empty")\n', 128],
  ['error: corrupt patch at line 7\n', 128],
  ["error: invalid path '.git/hooks'\n", 128],
  ["error: 'f/b' appears as both a file and as a directory\nerror: unable to add cache entry for f/b\n", 128],
])('a Patch is refused by %s', (stderr, exitCode) => {
  expect(isRefusedPatch(failed(stderr, exitCode))).toBe(true);
});

test.each([
  ['fatal: unable to write loose object file: No space left on device\n', 128],
  ["fatal: sha1 file '/data/index.lock' write error. Out of diskspace\n", 128],
  ['error: unable to create temporary file: Read-only file system\nerror: unable to add x\n', 1],
  ['', null],
])('a Patch is not refused by %s', (stderr, exitCode) => {
  expect(isRefusedPatch(failed(stderr, exitCode))).toBe(false);
});

test('trouble names the place where there is no room', () => {
  const inMirror = failed('fatal: unable to write loose object file: No space left on device\n');
  expect(patchTrouble(inMirror, '/shared/mirrors/1.git')?.message).toBe(
    'The service could not apply a patch in /shared/mirrors/1.git: git apply failed (128): fatal: unable to write loose object file: No space left on device. Make room on that disk, or repair that folder; it is tried again until then.',
  );
  const inIndex = failed(`fatal: ${join(tmpdir(), 'index.lock')} write error. Out of diskspace\n`);
  expect(patchTrouble(inIndex, '/shared/mirrors/1.git')?.message).toMatch(
    `could not apply a patch in ${tmpdir()}: `,
  );
  expect(patchTrouble(new Error('a bug'), '/shared/mirrors/1.git')).toBeUndefined();
});
