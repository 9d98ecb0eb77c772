/** A folder or a file below a Job. A folder with a single folder in it is one row with it: `src/main/java`. */
export type FileTreeNode<F> =
  | {
      readonly kind: 'folder';
      /** What the row shows: one or more names. */
      readonly name: string;
      /** From the repository's root. */
      readonly path: string;
      readonly children: readonly FileTreeNode<F>[];
    }
  | { readonly kind: 'file'; readonly name: string; readonly path: string; readonly file: F };

interface Folder<F> {
  readonly folders: Map<string, Folder<F>>;
  readonly files: { readonly name: string; readonly file: F }[];
}

/** The files as a tree: folders first, each in the order of names, chains of single folders joined. */
export function fileTree<F extends { readonly path: string }>(
  files: readonly F[],
): readonly FileTreeNode<F>[] {
  const root = emptyFolder<F>();
  for (const file of files) {
    const names = file.path.split('/');
    const name = names.pop() ?? file.path;
    let folder = root;
    for (const part of names) {
      const next = folder.folders.get(part) ?? emptyFolder<F>();
      folder.folders.set(part, next);
      folder = next;
    }
    folder.files.push({ name, file });
  }
  return childrenOf(root, '');
}

/** The files below a node. */
export function filesBelow<F>(node: FileTreeNode<F>): readonly F[] {
  return node.kind === 'file' ? [node.file] : node.children.flatMap(filesBelow);
}

function emptyFolder<F>(): Folder<F> {
  return { folders: new Map(), files: [] };
}

function childrenOf<F>(folder: Folder<F>, path: string): readonly FileTreeNode<F>[] {
  const folders = [...folder.folders]
    .sort(byName)
    .map(([name, child]) => folderNode(name, join(path, name), child));
  const files = folder.files
    .map(({ name, file }) => ({ kind: 'file', name, path: join(path, name), file }) as const)
    .sort((a, b) => compare(a.name, b.name));
  return [...folders, ...files];
}

function folderNode<F>(name: string, path: string, folder: Folder<F>): FileTreeNode<F> {
  const [only, ...others] = folder.folders;
  if (only !== undefined && others.length === 0 && folder.files.length === 0) {
    const [childName, child] = only;
    return folderNode(`${name}/${childName}`, join(path, childName), child);
  }
  return { kind: 'folder', name, path, children: childrenOf(folder, path) };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return compare(a[0], b[0]);
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en');
}
