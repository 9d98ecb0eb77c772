import type { ChangedFile } from '@flotilla/shared/views';
import { fileTree, type FileTreeNode } from './fileTree.ts';

/** The rows below Jobs: the trees of their changed files. A list is never changed in place, so each is made once. */
export class FilesBelow {
  readonly #filesOf: (jobId: number) => readonly ChangedFile[] | undefined;
  readonly #trees = new WeakMap<readonly ChangedFile[], readonly FileTreeNode<ChangedFile>[]>();

  constructor(filesOf: (jobId: number) => readonly ChangedFile[] | undefined) {
    this.#filesOf = filesOf;
  }

  /** What is directly below a Job. */
  tree(jobId: number): readonly FileTreeNode<ChangedFile>[] {
    const files = this.#filesOf(jobId) ?? [];
    const tree = this.#trees.get(files) ?? fileTree(files);
    this.#trees.set(files, tree);
    return tree;
  }

  /** The folder or file of a path. */
  find(jobId: number, path: string): FileTreeNode<ChangedFile> | undefined {
    return findNode(this.tree(jobId), path);
  }
}

function findNode<F>(nodes: readonly FileTreeNode<F>[], path: string): FileTreeNode<F> | undefined {
  for (const node of nodes) {
    if (node.path === path) return node;
    if (node.kind === 'folder' && path.startsWith(`${node.path}/`)) return findNode(node.children, path);
  }
  return undefined;
}
