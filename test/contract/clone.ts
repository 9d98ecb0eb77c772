import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commitFiles, git, type FileContent } from '../support/repositories.ts';

/** How a person's git reaches a repository. */
export interface Remote {
  /** May have a credential in it: it is the test's. */
  readonly url: string;
  /** Settings, such as which key ssh takes. */
  readonly settings?: readonly string[];
}

/** A clone of a repository in which a person works. */
export class Clone {
  readonly folder: string;
  readonly #remote: Remote;

  private constructor(folder: string, remote: Remote) {
    this.folder = folder;
    this.#remote = remote;
  }

  /** A new one, also of a repository that is empty. */
  static async make(folder: string, remote: Remote): Promise<Clone> {
    await git('/', ['init', '--quiet', '--template=', '--initial-branch=main', folder]);
    return new Clone(folder, remote);
  }

  /** Commits files on a branch, which begins at `from` when it is not there, and pushes it. Answers the commit. */
  async commit(
    branch: string,
    files: Readonly<Record<string, FileContent>>,
    { from = 'main', message = 'By hand' }: { readonly from?: string; readonly message?: string } = {},
  ): Promise<string> {
    const heads = await this.heads();
    const start = heads.get(branch) ?? heads.get(from);
    if (start !== undefined) {
      await this.#git(['fetch', '--quiet', '--no-tags', this.#remote.url, start]);
      await this.#git(['checkout', '--quiet', '--force', '--detach', start]);
    }
    const commit = await commitFiles(this.folder, files, message);
    await this.#git(['push', '--quiet', this.#remote.url, `${commit}:refs/heads/${branch}`]);
    return commit;
  }

  /** The branches there by their short names, with their commits. */
  async heads(): Promise<ReadonlyMap<string, string>> {
    const text = await this.#git(['ls-remote', '--quiet', '--heads', this.#remote.url]);
    return new Map(
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\t') as [string, string])
        .map(([commit, ref]) => [ref.replace('refs/heads/', ''), commit]),
    );
  }

  async push(from: string, branch: string): Promise<void> {
    await this.#git(['push', '--quiet', '--force', this.#remote.url, `${from}:refs/heads/${branch}`]);
  }

  async tag(name: string, commit: string): Promise<void> {
    await this.#git(['push', '--quiet', this.#remote.url, `${commit}:refs/tags/${name}`]);
  }

  async deleteBranch(branch: string): Promise<void> {
    await this.#git(['push', '--quiet', this.#remote.url, `:refs/heads/${branch}`]);
  }

  /** Modes, contents and names at a branch, one a line, as `git ls-tree` says them. */
  async tree(branch: string): Promise<string> {
    await this.#git(['fetch', '--quiet', '--no-tags', this.#remote.url, `refs/heads/${branch}`]);
    return this.#git(['ls-tree', '-r', 'FETCH_HEAD']);
  }

  /** Whether a branch has a commit in its history. */
  async contains(branch: string, commit: string): Promise<boolean> {
    await this.#git(['fetch', '--quiet', '--no-tags', this.#remote.url, `refs/heads/${branch}`]);
    return (await this.#git(['rev-list', 'FETCH_HEAD'])).split('\n').includes(commit);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  #git(args: readonly string[]): Promise<string> {
    return git(this.folder, [...(this.#remote.settings ?? []), ...args]);
  }
}

/** A folder for a clone below one. */
export function cloneFolder(folder: string, name: string): string {
  return join(folder, 'clones', name.replaceAll('/', '-'));
}
