import { expect, test } from 'vitest';
import { diffLines } from './diffView.ts';

const lines = (patch: string) => diffLines(Buffer.from(patch), (format, text) => `<${format}>${text}`);

test('added and removed lines are told apart, and object ids left out', () => {
  const patch =
    'diff --git a/a b/a\nindex 1111111..2222222 100644\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n';
  expect(lines(patch)).toEqual([
    '<bold>diff --git a/a b/a',
    '<bold>--- a/a',
    '<bold>+++ b/a',
    '<cyan>@@ -1,2 +1,2 @@',
    ' same',
    '<red>-old',
    '<green>+new',
  ]);
});

test('binary content is named, not shown', () => {
  const patch =
    'diff --git a/p.png b/p.png\nnew file mode 100644\nindex 0000000..2222222\nGIT binary patch\nliteral 4\nLcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n';
  expect(lines(patch)).toEqual([
    '<bold>diff --git a/p.png b/p.png',
    '<bold>new file mode 100644',
    '<dim>(binary content)',
  ]);
});

test('a rename without a change of content is a header alone', () => {
  const patch = 'diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n';
  expect(lines(patch)).toHaveLength(4);
});

test('a long Patch is cut and says by how much', () => {
  const added = Array.from({ length: 500 }, (_, line) => `+${line}\n`).join('');
  const cut = lines(
    `diff --git a/a b/a\nnew file mode 100644\n--- /dev/null\n+++ b/a\n@@ -0,0 +1,500 @@\n${added}`,
  );
  expect(cut).toHaveLength(121);
  expect(cut.at(-1)).toBe('<dim>… 385 more lines');
});

test('content that steers a terminal is made harmless', () => {
  const patch = 'diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+\u001b[2Jgone\n';
  expect(lines(patch).at(-1)).toBe('<green>+gone');
});
