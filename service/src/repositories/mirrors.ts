import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../files.ts';
import { git } from '../git/git.ts';
import { fetchBranches, type FetchLimits, type FetchSource } from './fetchBranches.ts';
import { removeHalfMadePacks } from './mirrorUpkeep.ts';
import { removeStaleLocks, removeStaleLocksOf } from './staleLocks.ts';

/** Ends the name of a mirror that is being made. */
const makingSuffix = '.new';

/**
 * The bare mirrors: a cache of the code hosts that can be rebuilt, and the home of pins and trees. Replicas share
 * their folder; git's own locks keep two processes from writing the same ref.
 */
export class Mirrors {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The mirror of a repository. */
  pathOf(repositoryId: number): string {
    return join(this.#folder, `${repositoryId}.git`);
  }

  /** Whether the mirror has been made. */
  async has(repositoryId: number): Promise<boolean> {
    return exists(join(this.pathOf(repositoryId), 'HEAD'));
  }

  /**
   * Removes mirrors that were half made when their process ended, but those that somebody else is making now: `take` answers
   * undefined for them, else what is disposed when it is done.
   */
  async removeHalfMade(take: (repositoryId: number) => Promise<AsyncDisposable | undefined>): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (!name.endsWith(makingSuffix)) continue;
      await using taken = await take(Number.parseInt(name, 10));
      if (taken !== undefined) await rm(join(this.#folder, name), { recursive: true, force: true });
    }
  }

  /**
   * Brings the branches of a mirror to those of its source. A new mirror is made beside its place and moved there
   * when it is whole, so that a crash leaves nothing half-made, and of two processes the first one's stays.
   *
   * `head`, the commit that Jobs will work on, is pinned before the table of repositories names it: whoever reads it
   * there may rely on it, whatever happens to its branch, and makes no pin of his own. Throws when it is not there,
   * because the branch was moved while it was fetched. Only for the holder of the lock of the mirror.
   */
  async fetch(
    repositoryId: number,
    source: FetchSource,
    head: string | null,
    limits: FetchLimits,
  ): Promise<void> {
    const path = this.pathOf(repositoryId);
    await removeStaleLocks(path);
    await removeHalfMadePacks(path);
    if (!(await this.#fetchWhole(path, repositoryId, source, limits)))
      await fetchBranches(path, source, limits);
    if (head !== null)
      await git(['update-ref', pinOf(head), head], {
        gitDir: path,
        signal: limits.signal,
        lane: 'fetch',
      });
  }

  /**
   * Pins what a branch of a mirror is at, and answers that: for hosts that do not say it. Undefined when there is no such branch.
   * Only for the holder of the lock of the mirror, or it may move meanwhile.
   */
  async pinBranch(repositoryId: number, branch: string, signal?: AbortSignal): Promise<string | undefined> {
    const options = { gitDir: this.pathOf(repositoryId), signal, lane: 'fetch' } as const;
    const args = ['rev-parse', '--verify', '--quiet', `${branch}^{commit}`];
    const { exitCode, output } = await git(args, { ...options, answers: [0, 1] });
    if (exitCode !== 0) return undefined;
    const head = output.toString().trim();
    await git(['update-ref', pinOf(head), head], options);
    return head;
  }

  /** Makes a mirror that is not there, by its fetch; false when it is there already. */
  async #fetchWhole(
    path: string,
    repositoryId: number,
    source: FetchSource,
    limits: FetchLimits,
  ): Promise<boolean> {
    if (await this.has(repositoryId)) return false;
    const making = `${path}.${randomUUID()}${makingSuffix}`;
    await mkdir(making, { recursive: true });
    await using _made = { [Symbol.asyncDispose]: () => rm(making, { recursive: true, force: true }) };
    const init = ['init', '--quiet', '--bare', '--template=', making];
    await git(init, { signal: limits.signal, lane: 'fetch' });
    await fetchBranches(making, source, limits);
    return await moved(making, path);
  }

  /** Lets go of the trees of Attempts that are there no more. */
  async removeTrees(repositoryId: number, attemptIds: readonly number[]): Promise<void> {
    const trees = attemptIds.map((id) => `refs/flotilla/trees/${id}`);
    await removeStaleLocksOf(this.pathOf(repositoryId), trees);
    await this.#removeRefs(repositoryId, trees);
  }

  /** Removes pins. Only for the holder of the lock of its mirror, and of commits that nothing names (decision 0096). */
  async unpin(repositoryId: number, commits: readonly string[]): Promise<void> {
    await removeStaleLocks(this.pathOf(repositoryId));
    await this.#removeRefs(repositoryId, commits.map(pinOf));
  }

  /** One process for all of them; a ref that is not there is removed already. */
  async #removeRefs(repositoryId: number, refs: readonly string[]): Promise<void> {
    if (!(await this.has(repositoryId))) return;
    const input = refs.map((ref) => `delete ${ref}\n`).join('');
    await git(['update-ref', '--stdin'], { gitDir: this.pathOf(repositoryId), input });
  }

  /** Whether a pin keeps a commit: as a file of its own, or in git's list of packed refs. */
  async keeps(repositoryId: number, commit: string): Promise<boolean> {
    const gitDir = this.pathOf(repositoryId);
    if (await exists(join(gitDir, pinOf(commit)))) return true;
    const packed = await readIfThere(join(gitDir, 'packed-refs'));
    return packed?.includes(` ${pinOf(commit)}\n`) ?? false;
  }
}

/** A pin is named by the commit that it keeps, so that Executions over one commit share one. */
function pinOf(commit: string): string {
  return `refs/flotilla/pins/${commit}`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Moves a folder to its place; false when another one is there already. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}
