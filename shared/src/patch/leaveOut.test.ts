import { expect, test } from 'vitest';
import { leaveOut, type PatchedFile } from './leaveOut.ts';

const index = 'index 0000000000000000000000000000000000000000..d00491fd7e5bb6fa28c517a0bb32b8b506539d4d\n';
const added = (path: string) => `diff --git a/${path} b/${path}\nnew file mode 100644\n${index}`;
const deleted = (path: string) => `diff --git a/${path} b/${path}\ndeleted file mode 100644\n${index}`;
const modified = (path: string) => `diff --git a/${path} b/${path}\n${index}`;

function kept(patch: readonly string[], ...files: readonly PatchedFile[]): string {
  return new TextDecoder().decode(leaveOut(new TextEncoder().encode(patch.join('')), files));
}

const file = (path: string, previousPath: string | null = null) => ({ path, previousPath });

test('a file that is left out takes only its own section along', () => {
  expect(kept([added('a'), modified('b'), deleted('c')], file('b'))).toBe(added('a') + deleted('c'));
});

test('a renamed file takes the deletion of its old path along', () => {
  expect(kept([deleted('old'), added('new'), modified('x')], file('new', 'old'))).toBe(modified('x'));
});

test('a rename onto the old path of another rename stays', () => {
  // a -> b -> c, written as: a deleted, b has the content of a, c has that of b.
  expect(kept([deleted('a'), modified('b'), added('c')], file('c', 'b'))).toBe(deleted('a') + modified('b'));
});

test('a file that stays takes along what can only be added where it is gone', () => {
  expect(kept([deleted('a'), added('a/b'), added('ab')], file('a'))).toBe(added('ab'));
  expect(kept([added('a'), deleted('a/b'), deleted('a/c')], file('a/b'))).toBe(deleted('a/c'));
});

test('nothing left out leaves the Patch as it is, all left out leaves nothing', () => {
  const patch = [added('a'), modified('b')];
  expect(kept(patch)).toBe(patch.join(''));
  expect(kept(patch, file('a'), file('b'))).toBe('');
});
