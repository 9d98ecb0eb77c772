import type { ChangedFile, JobView } from '@flotilla/shared/views';
import type { ChangedFiles } from '../../model/changedFiles.ts';
import { fileTree, type FileTreeNode } from './fileTree.ts';

/** The files below Jobs, as VS Code was given them. */
export class ShownFiles {
  readonly #files: ChangedFiles;
  /** The trees of lists, which are never changed in place. */
  readonly #trees = new WeakMap<readonly ChangedFile[], readonly FileTreeNode<ChangedFile>[]>();
  /** By Job. */
  readonly #given = new Map<number, readonly ChangedFile[]>();

  constructor(files: ChangedFiles) {
    this.#files = files;
  }

  /** What is directly below a Job whose rows VS Code asks for. */
  async load(job: JobView): Promise<readonly FileTreeNode<ChangedFile>[]> {
    this.#given.set(job.id, await this.#files.show(job));
    return this.tree(job.id);
  }

  /** What is directly below a Job. */
  tree(jobId: number): readonly FileTreeNode<ChangedFile>[] {
    const files = this.#files.get(jobId) ?? [];
    const tree = this.#trees.get(files) ?? fileTree(files);
    this.#trees.set(files, tree);
    return tree;
  }

  /** The folder or file of a path. */
  find(jobId: number, path: string): FileTreeNode<ChangedFile> | undefined {
    return findNode(this.tree(jobId), path);
  }

  /** Whether VS Code was given the files of a Job. */
  has(jobId: number): boolean {
    return this.#given.has(jobId);
  }

  /**
   * Takes in that the files of a Job are another list. Whether other rows are below it, or those that there are may look
   * otherwise; undefined where VS Code was not given any.
   */
  renew(jobId: number): 'rows' | 'looks' | undefined {
    const given = this.#given.get(jobId);
    const files = this.#files.get(jobId);
    if (given === undefined || files === undefined) return undefined;
    this.#given.set(jobId, files);
    const isSame = given.length === files.length && given.every(({ path }, at) => path === files[at]?.path);
    return isSame ? 'looks' : 'rows';
  }

  /** VS Code does not show them any more. */
  forget(isOver: (jobId: number) => boolean): void {
    for (const jobId of this.#given.keys()) if (isOver(jobId)) this.#given.delete(jobId);
  }
}

function findNode<F>(nodes: readonly FileTreeNode<F>[], path: string): FileTreeNode<F> | undefined {
  for (const node of nodes) {
    if (node.path === path) return node;
    if (node.kind === 'folder' && path.startsWith(`${node.path}/`)) return findNode(node.children, path);
  }
  return undefined;
}
