import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { git } from '../../support/repositories.ts';

/** An entry of a tree: its mode and id, whatever they say. */
export interface TreeEntry {
  readonly mode: string;
  readonly id: string;
}

/** A repository whose objects are made by hand, so that trees may be shared, and be as deep as no disk takes. */
export class OddTrees {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async in(folder: string, name: string): Promise<OddTrees> {
    const path = join(folder, name);
    await git(folder, ['init', '--quiet', '--initial-branch=main', path]);
    return new OddTrees(path);
  }

  /** Stores a file's content. */
  async blob(content: string | Buffer): Promise<TreeEntry> {
    return { mode: '100644', id: await this.#store('blob', Buffer.from(content)) };
  }

  /** Stores a tree of entries by name, which have to be in git's order. */
  async tree(entries: Readonly<Record<string, TreeEntry>>): Promise<TreeEntry> {
    const parts = Object.entries(entries).flatMap(([name, { mode, id }]) => [
      Buffer.from(`${mode} ${name}\0`),
      Buffer.from(id, 'hex'),
    ]);
    return { mode: '40000', id: await this.#store('tree', Buffer.concat(parts)) };
  }

  /** Trees of `width` times the same entry, `levels` times over: the entry has `width` to the power of `levels` paths. */
  async shared(entry: TreeEntry, width: number, levels: number, name = ''): Promise<TreeEntry> {
    const names = Array.from({ length: width }, (_, index) => `${name}${String.fromCharCode(48 + index)}`);
    let current = entry;
    for (let level = 0; level < levels; level += 1)
      current = await this.tree(Object.fromEntries(names.map((each) => [each, current])));
    return current;
  }

  /** Makes a tree the one commit of the branch `main`. */
  async commit({ id }: TreeEntry): Promise<void> {
    const commit = await git(this.#folder, ['commit-tree', id, '-m', 'Odd']);
    await git(this.#folder, ['update-ref', 'refs/heads/main', commit]);
  }

  async #store(type: string, content: Buffer): Promise<string> {
    const object = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
    const id = createHash('sha1').update(object).digest('hex');
    const path = join(this.#folder, '.git', 'objects', id.slice(0, 2), id.slice(2));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, deflateSync(object, { level: 1 }));
    return id;
  }
}
