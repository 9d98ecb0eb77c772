import { expect, test } from 'vitest';
import { filesBelow, fileTree, type FileTreeNode } from './fileTree.ts';

const files = (...paths: string[]) => paths.map((path) => ({ path }));

function drawn(nodes: readonly FileTreeNode<{ path: string }>[], indent = ''): string[] {
  return nodes.flatMap((node) => [
    `${indent}${node.name}`,
    ...(node.kind === 'folder' ? drawn(node.children, `${indent}  `) : []),
  ]);
}

test('folders come first, chains of single folders are one row', () => {
  const tree = fileTree(files('z.md', 'src/main/java/App.java', 'src/main/java/util/Text.java', 'a.md'));
  expect(drawn(tree)).toEqual(['src/main/java', '  util', '    Text.java', '  App.java', 'a.md', 'z.md']);
});

test('a folder with a file in it is not joined with the folder below', () => {
  expect(drawn(fileTree(files('a/x', 'a/b/y')))).toEqual(['a', '  b', '    y', '  x']);
});

test('a node knows the whole paths below it', () => {
  const [folder] = fileTree(files('a/b/c', 'a/b/d/e'));
  expect(folder).toMatchObject({ path: 'a/b' });
  expect(folder === undefined ? [] : filesBelow(folder).map((file) => file.path)).toEqual([
    'a/b/d/e',
    'a/b/c',
  ]);
});

test('an empty Patch has no rows', () => {
  expect(fileTree([])).toEqual([]);
});
