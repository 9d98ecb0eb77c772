import { describe, expect, test } from 'vitest';
import { array, assert, constantFrom, property } from 'fast-check';
import { splitPatch } from './splitPatch.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** Sections as `git diff --cached --binary --full-index` writes them, one of each sort. */
const sections = {
  binary: `diff --git a/bin b/bin
index bdc955b7b2e610ad5a72302b139a2e6cb325519a..350ed01038bfaa2fda2722ada23a75bdd971bd68 100644
GIT binary patch
literal 3
KcmZQzVg>*J3IGNG

literal 2
JcmZQz1ONa700IC2

`,
  deleted: `diff --git a/del.txt b/del.txt
deleted file mode 100644
index 587be6b4c3f93f93c489c0111bba5596147a26cb..0000000000000000000000000000000000000000
--- a/del.txt
+++ /dev/null
@@ -1 +0,0 @@
-x
`,
  empty: `diff --git a/empty file b/empty file
new file mode 100644
index 0000000000000000000000000000000000000000..e69de29bb2d1d6434b8b29ae775ad8c2e48c5391
`,
  renamed: `diff --git a/old.txt b/new name.txt
similarity index 100%
rename from old.txt
rename to new name.txt
`,
  renamedQuoted: `diff --git a/old.txt "b/\\303\\244.txt"
similarity index 100%
rename from old.txt
rename to "\\303\\244.txt"
`,
  quotationMark: `diff --git "a/q\\"uote\\\\" "b/q\\"uote\\\\"
index 4d1ae35ba2c8ec712fa2a379db44ad639ca277bd..7937c68fbcf7c484f2d5ce7801944416eedf0d2c 100644
--- "a/q\\"uote\\\\"
+++ "b/q\\"uote\\\\"
@@ -1 +1 @@
-f
\\ No newline at end of file
+g
\\ No newline at end of file
`,
  aboutDiffs: `diff --git a/tricky b/x b/tricky b/x
index d42b2d42aee848677bd7819e75147f8040e3bcfc..14ae6bd2c93d814c3050fd95763ed42513f403eb 100644
--- a/tricky b/x
+++ b/tricky b/x
@@ -1 +1,2 @@
 diff --git a/x b/x
+rename to elsewhere
`,
  notAscii: `diff --git "a/\\303\\244 b.txt" "b/\\303\\244 b.txt"
index b2f931a67315c95c5daab3aac6de62e534808476..fa63a02dbc7a4819ec40b2d288a2a3fa53507011 100644
--- "a/\\303\\244 b.txt"\t
+++ "b/\\303\\244 b.txt"\t
@@ -1 +1 @@
-two
+two!
`,
  mode: `diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
`,
};

describe('a section of a Patch', () => {
  test.each([
    ['binary', 'bin', 'changed'],
    ['deleted', 'del.txt', 'deleted'],
    ['empty', 'empty file', 'added'],
    ['renamed', 'new name.txt', 'changed'],
    ['renamedQuoted', 'ä.txt', 'changed'],
    ['quotationMark', 'q"uote\\', 'changed'],
    ['aboutDiffs', 'tricky b/x', 'changed'],
    ['notAscii', 'ä b.txt', 'changed'],
    ['mode', 'run.sh', 'changed'],
  ] as const)('of sort %s is about %s', (sort, path, kind) => {
    const [section, ...others] = splitPatch(encode(sections[sort]));
    expect(others).toEqual([]);
    expect(section).toMatchObject({ path, kind });
  });

  test('is a part of the whole: all of them together are the Patch again', () => {
    assert(
      property(array(constantFrom(...Object.values(sections))), (parts) => {
        const patch = encode(parts.join(''));
        const found = splitPatch(patch);
        expect(found.map((section) => new TextDecoder().decode(section.bytes))).toEqual(parts);
      }),
    );
  });

  test('keeps bytes that are no UTF-8', () => {
    const patch = new Uint8Array([...encode(sections.deleted), 0xff, 0xfe, 0x0a, ...encode(sections.mode)]);
    expect(splitPatch(patch)[0]?.bytes.slice(-3)).toEqual(new Uint8Array([0xff, 0xfe, 0x0a]));
  });
});

test('a Patch without changes has no section', () => {
  expect(splitPatch(new Uint8Array(0))).toEqual([]);
});
