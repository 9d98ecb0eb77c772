import { git, makeRepository } from '../../support/repositories.ts';

export interface SharedTree {
  /** Entries of each folder; all of a level are the same one. */
  readonly width: number;
  /** Levels of folders: the commit has `width ** depth` files. */
  readonly depth: number;
  /** What every file contains. */
  readonly content?: string;
  /** What names begin with; a number follows. */
  readonly name?: string;
}

/** Makes a repository of a few kilobytes whose commit has very many paths, because its folders are shared. */
export async function makeSharedTree(
  folder: string,
  { width, depth, content = 'nothing\n', name = 'x' }: SharedTree,
): Promise<void> {
  await makeRepository(folder, { files: { blob: content } });
  let entry = `100644 blob ${await git(folder, ['rev-parse', 'HEAD:blob'])}`;
  for (let level = 0; level < depth; level += 1) {
    const lines = Array.from({ length: width }, (_, index) => `${entry}\t${name}${index}\n`);
    entry = `040000 tree ${await git(folder, ['mktree'], 'utf8', lines.join(''))}`;
  }
  const tree = entry.split(' ')[2] ?? '';
  const commit = await git(folder, ['commit-tree', '-m', 'many', tree]);
  await git(folder, ['update-ref', 'refs/heads/main', commit]);
}
