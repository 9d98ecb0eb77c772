import { deflateSync } from 'node:zlib';
import { array, assert, constantFrom, integer, oneof, property, string, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { PatchForm } from './patchForm.ts';
import { PatchRefusal } from './patchRefusal.ts';
import { processorMs } from '@flotilla/shared/processorTime';

const text = (...lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));
const header = ['diff --git a/x b/x', 'index 1234567..89abcde 100644'];
const hunk = ['--- a/x', '+++ b/x', '@@ -1,2 +1,2 @@ f()', ' one', '-two', '+2'];

function read(patch: Uint8Array, chunkBytes = patch.length): number {
  const form = new PatchForm();
  for (let at = 0; at < patch.length; at += chunkBytes) form.push(patch.subarray(at, at + chunkBytes));
  form.end();
  return form.parts;
}

const accepted: readonly (readonly [string, readonly string[], number])[] = [
  ['a change', [...header, ...hunk], 1],
  ['two hunks', [...header, ...hunk, '@@ -9 +9,0 @@', '-nine', '@@ -20,0 +20 @@', '+x'], 1],
  ['no newline at the end', [...header, ...hunk, '\\ No newline at end of file'], 1],
  ['none on either side', [...header, ...hunk.slice(0, 2), '@@ -1 +1 @@', '-a', '\\ No', '+b', '\\ No'], 1],
  ['a mode alone', ['diff --git a/x b/x', 'old mode 100644', 'new mode 100755'], 1],
  ['an empty file', ['diff --git a/x b/x', 'new file mode 100644', header[1] ?? ''], 1],
  ['a file that goes', ['diff --git a/x b/x', 'deleted file mode 100644', ...header.slice(1), ...hunk], 1],
  [
    'a submodule that goes',
    ['diff --git a/x b/x', 'deleted file mode 160000', 'index 1234567..0000000', ...hunk],
    1,
  ],
  [
    'a binary file',
    [...header, 'GIT binary patch', 'literal 1', 'Ic${Nk-00', '', 'literal 0', 'HcmV?d00001', ''],
    1,
  ],
  ['a blank in a name', ['diff --git a/x y b/x y', '--- a/x y\t', '+++ b/x y\t', ...hunk.slice(2)], 1],
  ['quoted names', ['diff --git "a/\\ty" "b/\\ty"', '--- "a/\\ty"', '+++ "b/\\ty"', ...hunk.slice(2)], 1],
  [
    'a backslash before zeros',
    ['diff --git "a/\\\\000" "b/\\\\000"', 'old mode 100644', 'new mode 100755'],
    1,
  ],
  ['two files', [...header, ...hunk, ...header, ...hunk], 2],
  ['a removed line like a header', [...header, '--- a/x', '+++ b/x', '@@ -1 +1 @@', '--- a/y', '+++ b/y'], 1],
];

test.each(accepted)('%s is read, in pieces of any size', (_what, lines, parts) => {
  const patch = text(...lines);
  for (const chunkBytes of [1, 2, 7, patch.length]) expect(read(patch, chunkBytes)).toBe(parts);
});

const refused: readonly (readonly [string, readonly string[]])[] = [
  ['a part of diff', hunk],
  ['a part of diff after one of git', [...header, ...hunk, '--- a/y', '+++ b/y', '@@ -1 +1 @@', '-a', '+b']],
  ['a part of diff before one of git', [...hunk, ...header, ...hunk]],
  ['a letter before it', ['From 1234567', 'Subject: x', '', ...header, ...hunk]],
  ['something after it', [...header, ...hunk, 'garbage']],
  ['an empty line after it', [...header, ...hunk, '']],
  ['a signature of a letter', [...header, ...hunk, '-- ', '2.39.5']],
  ['an Index: line', ['Index: x', '=====', ...hunk]],
  ['a context diff', [...header, '*** a/x', '--- b/x', '***************', '*** 1 ****', '! a']],
  ['an ed script', [...header, '1d']],
  ['a header alone', ['diff --git a/x b/x']],
  ['two headers', ['diff --git a/x b/x', ...header, ...hunk]],
  ['names without hunks', [...header, ...hunk.slice(0, 2)]],
  ['a hunk without names', [...header, ...hunk.slice(2)]],
  ['a hunk of nothing', [...header, ...hunk.slice(0, 2), '@@ -1,0 +1,0 @@']],
  ['a hunk that is cut off', [...header, ...hunk.slice(0, -1)]],
  ['a hunk with more lines than it says', [...header, ...hunk, ' three']],
  ['a hunk with a line without a sign', [...header, ...hunk.slice(0, 3), '', '-two', '+2']],
  ['a combined hunk', [...header, ...hunk.slice(0, 2), '@@@ -1 -1 +1 @@@', '++x']],
  ['a rename', ['diff --git a/x b/y', 'similarity index 100%', 'rename from x', 'rename to y']],
  ['a rename without its measure', ['diff --git a/x b/y', 'rename from x', 'rename to deploy.sh']],
  ['a copy', ['diff --git a/x b/y', 'copy from x', 'copy to y']],
  [
    'a submodule that comes',
    ['diff --git a/x b/x', 'new file mode 160000', 'index 0000000..1234567', ...hunk],
  ],
  ['a submodule that changes', ['diff --git a/x b/x', 'index 1234567..89abcde 160000', ...hunk]],
  ['a file that becomes a submodule', ['diff --git a/x b/x', 'old mode 100644', 'new mode 160000', ...hunk]],
  ['an odd mode', ['diff --git a/x b/x', 'new file mode 104755', ...header.slice(1), ...hunk]],
  ['a folder', ['diff --git a/x b/x', 'new file mode 040000', ...header.slice(1), ...hunk]],
  ['CR at its line ends', [...header, ...hunk].map((line) => `${line}\r`)],
  ['a binary file that only differs', [...header, 'Binary files a/x and b/x differ']],
  ['a binary file without data', [...header, 'GIT binary patch']],
  ['a binary file of another kind', [...header, 'GIT binary patch', 'huffman 3', 'Ic${Nk-00', '']],
  [
    'three binary hunks',
    [
      ...header,
      'GIT binary patch',
      ...Array.from({ length: 3 }, () => ['literal 1', 'Ic${Nk-00', '']).flat(),
    ],
  ],
  ['a delta of no sizes', [...header, 'GIT binary patch', 'delta 9', 'Ic${Nk-00', '']],
  ['a delta of garbage', [...header, 'GIT binary patch', 'delta 9', 'Zzzzzzzzzzzzz', '']],
  ['a header of 70 KB', [`diff --git a/${'x'.repeat(70_000)} b/x`, ...header.slice(1), ...hunk]],
  ['names of two files', ['diff --git a/x b/y', ...header.slice(1), ...hunk]],
  ['another old name', [...header, '--- a/y', ...hunk.slice(1)]],
  ['another new name', [...header, '--- a/x', '+++ b/y', ...hunk.slice(2)]],
  ['other sides', ['diff --git i/x w/x', ...header.slice(1), ...hunk]],
  ['no sides', ['diff --git x x', ...header.slice(1), ...hunk]],
  ['no path', ['diff --git a/ b/', ...header.slice(1), ...hunk]],
  ['a NUL in a name', ['diff --git "a/x\\000y" "b/x\\000y"', 'old mode 100644', 'new mode 100755']],
  ['a quotation mark without another', ['diff --git "a/x "b/x', 'old mode 100644', 'new mode 100755']],
  ['two indexes', [...header, ...header.slice(1), ...hunk]],
  ['a NUL before a sign', [...header, ...hunk.slice(0, 3), '\0one', '-two', '+2']],
];

test.each(refused)('%s is refused', (_what, lines) => {
  expect(() => read(text(...lines))).toThrow(PatchRefusal);
});

test('a Patch without its last line end, and an empty one, are refused', () => {
  expect(() => read(text(...header, ...hunk).subarray(0, -1))).toThrow('it ends within a part');
  expect(() => read(Buffer.alloc(0))).toThrow('it ends within a part');
});

const limit = 64 * 1024 * 1024;
const binary = (...hunks: readonly string[]) => [...header, 'GIT binary patch', ...hunks];

test.each([
  ['a file', binary(`literal ${limit + 1}`, 'Ic${Nk-00', '')],
  ['what was before', binary('literal 1', 'Ic${Nk-00', '', `literal ${limit}`, 'Ic${Nk-00', '')],
  ['many files', Array.from({ length: 65 }, () => binary(`literal ${limit / 64}`, 'Ic${Nk-00', '')).flat()],
  ['a delta', binary(`delta ${limit + 1}`, 'Ic${Nk-00', '')],
  ['what a delta makes', binary('delta 20', ...base85(deflateSync(deltaTo(limit))), '')],
  ['what a delta makes that says so late', binary('delta 20', ...base85(deflateSync(deltaTo(2 ** 40))), '')],
])('a Patch is refused when %s unpacks to more than 64 MiB', (_what, lines) => {
  expect(() => read(text(...lines))).toThrow('its binary files have more than 64 MiB, which is the limit');
});

test('a Patch is refused when it has more parts than its files can have', () => {
  const part = text('diff --git a/x b/x', 'old mode 100644', 'new mode 100755');
  const form = new PatchForm();
  expect(() => {
    for (let count = 0; count <= 100_000; count += 1) form.push(part);
  }).toThrow('it changes more than 20000 files, which is the limit');
});

const anyLine = oneof(
  constantFrom(...accepted.flatMap(([, lines]) => lines), ...refused.flatMap(([, lines]) => lines)),
  string({ unit: 'binary', maxLength: 40 }),
);

test('whatever comes is read or refused, and nothing else', () => {
  const patches = oneof(
    array(anyLine, { maxLength: 30 }).map((lines) => text(...lines)),
    uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  );
  assert(
    property(patches, integer({ min: 1, max: 100 }), (patch, chunkBytes) => {
      const verdict = (size?: number) => {
        try {
          return read(patch, size);
        } catch (error) {
          if (!(error instanceof PatchRefusal)) throw error;
          return error.message;
        }
      };
      expect(verdict(chunkBytes)).toEqual(verdict());
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['lines', [...header, '--- a/x', '+++ b/x', '@@ -0,0 +1,200000 @@'], '+\n'],
  ['one line', [...header, '--- a/x', '+++ b/x', '@@ -0,0 +1 @@'], '+xxxxxxxxxxxxxxxxxxx'],
  ['binary lines', [...header, 'GIT binary patch', 'delta 20'], 'zzzzzzzzzzz\n'],
])('time grows with the length of the Patch and no faster: %s', (_what, lines, more) => {
  const timed = (count: number) => {
    const patch = Buffer.concat([text(...lines), Buffer.from(more.repeat(count))]);
    const form = new PatchForm();
    const started = processorMs();
    for (let at = 0; at < patch.length; at += 4096) form.push(patch.subarray(at, at + 4096));
    return processorMs() - started;
  };
  timed(20_000);
  expect(timed(200_000)).toBeLessThan(20 * Math.max(timed(20_000), 50));
});

/** A delta that says to make a file of so many bytes from one of 1. */
function deltaTo(bytes: number): Buffer {
  const sizes = [1];
  for (let left = bytes; ; left = Math.floor(left / 128)) {
    sizes.push((left % 128) + (left >= 128 ? 128 : 0));
    if (left < 128) return Buffer.from(sizes);
  }
}

/** Lines of base 85 as git writes them. */
function base85(bytes: Buffer): string[] {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 52) {
    const piece = bytes.subarray(at, at + 52);
    let line = String.fromCharCode(piece.length <= 26 ? 64 + piece.length : 70 + piece.length);
    for (let group = 0; group < piece.length; group += 4) {
      const four = Buffer.alloc(4);
      piece.subarray(group, group + 4).copy(four);
      let value = four.readUInt32BE();
      let five = '';
      for (let digit = 0; digit < 5; digit += 1) {
        five = (digits[value % 85] ?? '') + five;
        value = Math.floor(value / 85);
      }
      line += five;
    }
    lines.push(line);
  }
  return lines;
}
