import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { folderNameOf, type Identity } from '../identity.ts';
import { makeBareRepository } from './bareRepository.ts';

/** Above this many packs a repository is fetched anew rather than searched through. */
const maxPacks = 50;

/** What one Attempt reads of the cache. Disposing gives it up; until then it stays. */
export interface Borrowed extends Disposable {
  /** Holds the commit and all that it needs, among other commits of the same repository. */
  readonly objectsFolder: string;
}

interface Entry {
  readonly path: string;
  bytes: number;
  packs: number;
  usedAt: number;
  borrowers: number;
  /** The end of the last one that works on it: one at a time. */
  turn: Promise<void>;
}

/**
 * The objects of the repositories that this runner has fetched, so that a commit is fetched once: a bare repository for
 * each, with a ref for every commit that is complete. Bounded by size; the repository that was not used for the longest
 * time goes first, and one that is being read stays. Containers see the objects read-only.
 */
export class ObjectCache {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #logger: Pick<Logger, 'debug'>;
  #entries: Promise<Map<string, Entry>> | undefined;

  /** Nothing else may write into the folder. */
  constructor(folder: string, limitBytes: number, logger: Pick<Logger, 'debug'>) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
    this.#logger = logger;
  }

  /**
   * The objects of a commit of a repository; `fetch` brings them into a bare one and makes the ref, when they are not there.
   * Of several for one repository one fetches at a time. Throws what `fetch` throws.
   */
  async borrow(
    repository: Identity,
    commit: string,
    fetch: (gitDir: string, ref: string) => Promise<void>,
  ): Promise<Borrowed> {
    const entry = this.#entry(await this.#known(), repository);
    entry.borrowers += 1;
    try {
      await this.#inTurn(entry, () => this.#fill(entry, commit, fetch));
    } catch (error) {
      entry.borrowers -= 1;
      throw error;
    }
    let isBorrowed = true;
    return {
      objectsFolder: join(entry.path, 'objects'),
      [Symbol.dispose]: () => {
        if (isBorrowed) entry.borrowers -= 1;
        isBorrowed = false;
      },
    };
  }

  /** Forgets a commit whose objects turned out not to be all there. */
  async forget(repository: Identity, commit: string): Promise<void> {
    const entry = this.#entry(await this.#known(), repository);
    await rm(join(entry.path, refOf(commit)), { force: true });
  }

  async #fill(
    entry: Entry,
    commit: string,
    fetch: (gitDir: string, ref: string) => Promise<void>,
  ): Promise<void> {
    entry.usedAt = Date.now();
    const now = new Date(entry.usedAt);
    if (await exists(join(entry.path, refOf(commit)))) {
      await utimes(entry.path, now, now);
      return;
    }
    await makeBareRepository(entry.path);
    await fetch(entry.path, refOf(commit));
    await utimes(entry.path, now, now);
    const { bytes, count } = await packsOf(entry.path);
    entry.bytes = bytes;
    entry.packs = count;
    await this.#makeRoom();
  }

  async #inTurn(entry: Entry, work: () => Promise<void>): Promise<void> {
    const before = entry.turn;
    const ended = Promise.withResolvers<void>();
    entry.turn = ended.promise;
    await before;
    try {
      await work();
    } finally {
      ended.resolve();
    }
  }

  async #makeRoom(): Promise<void> {
    const entries = [...(await this.#known()).values()].filter((entry) => entry.bytes > 0);
    let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    for (const entry of entries.toSorted((a, b) => a.usedAt - b.usedAt)) {
      const isTooMuch = bytes > this.#limitBytes || entry.packs > maxPacks;
      if (!isTooMuch || entry.borrowers > 0) continue;
      // Whoever borrows it meanwhile waits for its turn, and finds nothing.
      await this.#inTurn(entry, async () => {
        if (entry.borrowers > 0) return;
        bytes -= entry.bytes;
        this.#logger.debug({ path: entry.path, bytes: entry.bytes }, 'removing from the object cache');
        entry.bytes = 0;
        // First what says that commits are complete.
        await rm(join(entry.path, 'refs'), { recursive: true, force: true });
        await rm(entry.path, { recursive: true, force: true });
      });
    }
  }

  /** Without waiting, so that nothing comes between this and what is done with it. */
  #entry(entries: Map<string, Entry>, repository: Identity): Entry {
    const name = `${folderNameOf(repository)}.git`;
    const known = entries.get(name);
    if (known !== undefined) return known;
    const entry = newEntry(join(this.#folder, name), { bytes: 0, count: 0 }, Date.now());
    entries.set(name, entry);
    return entry;
  }

  #known(): Promise<Map<string, Entry>> {
    return (this.#entries ??= this.#read());
  }

  /** What an earlier process left. */
  async #read(): Promise<Map<string, Entry>> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const entries = new Map<string, Entry>();
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      entries.set(name, newEntry(path, await packsOf(path), (await stat(path)).mtimeMs));
    }
    return entries;
  }
}

interface Packs {
  readonly bytes: number;
  readonly count: number;
}

function newEntry(path: string, packs: Packs, usedAt: number): Entry {
  return { path, bytes: packs.bytes, packs: packs.count, usedAt, borrowers: 0, turn: Promise.resolve() };
}

function refOf(commit: string): string {
  return `refs/flotilla/${commit}`;
}

async function packsOf(path: string): Promise<Packs> {
  const folder = join(path, 'objects', 'pack');
  if (!(await exists(folder))) return { bytes: 0, count: 0 };
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    count: names.filter((name) => name.endsWith('.pack')).length,
  };
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
