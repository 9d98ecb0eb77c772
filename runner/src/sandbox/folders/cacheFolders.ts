import { mkdir, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import type { Logger } from 'pino';
import { namesIn } from '../../files.ts';
import { folderNameOf, type Identity } from '../../identity.ts';
import { folderBytes } from '../disk/diskUse.ts';
import { notedImage, noteImage, workFolder } from './attemptFolder.ts';

/** What a folder is renamed to before it is removed: one that is half gone is never used. */
const goneSuffix = '.gone';

/** A folder of one Attempt's for now. Disposing gives it up; until then it stays. */
export interface BorrowedFolder extends Disposable {
  readonly path: string;
}

interface Entry {
  /** Holds the folder that containers see, and beside it the image that can give its files back. */
  readonly path: string;
  /** Undefined when it may have grown since it was measured. */
  bytes: number | undefined;
  usedAt: number;
  borrowers: number;
  /** Whether a Step may have left in it what must not stay. */
  isSuspect: boolean;
  /** Under way: whoever borrows it waits for the end. */
  disarming: Promise<void> | undefined;
}

export interface CacheFoldersOptions {
  /** Nothing else may write into it. */
  readonly folder: string;
  readonly limitBytes: number;
  /** Removes a folder, whoever its files belong to. */
  readonly remove: (path: string) => Promise<void>;
  /** Takes from a folder what must not outlive a Step; `image` can do it where this process may not. False when it failed. */
  readonly disarm: (path: string, image: string) => Promise<boolean>;
  readonly logger: Pick<Logger, 'debug' | 'error'>;
}

/**
 * The folders that Steps keep for later Attempts (`cacheDirs`). Bounded by size, looked at when {@link makeRoom} is called:
 * what was not used for the longest time goes first, and what an Attempt uses stays. When the last Attempt gives one up, so
 * that no container writes to it, set-id bits and devices are taken from it; one where that fails goes.
 */
export class CacheFolders {
  readonly #options: CacheFoldersOptions;
  #entries: Promise<Map<string, Entry>> | undefined;
  /** The end of the last one that makes a folder or renames it: one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: CacheFoldersOptions) {
    this.#options = options;
  }

  /** The folder of an identity, which is made when it is not there; `image` is one that can give its files back. */
  async borrow(identity: Identity, image: string): Promise<BorrowedFolder> {
    const entries = await this.#known();
    const name = folderNameOf(identity);
    const entry = await this.#inTurn(async () => {
      const path = join(this.#options.folder, name);
      await mkdir(path, { recursive: true, mode: 0o700 });
      await mkdir(workFolder(path), { recursive: true });
      await noteImage(path, image);
      const now = new Date();
      await utimes(path, now, now);
      const found = entries.get(name) ?? newEntry(path, 0);
      found.usedAt = now.getTime();
      found.bytes = undefined;
      found.borrowers += 1;
      found.isSuspect = true;
      entries.set(name, found);
      return found;
    });
    // It is kept by now, so that nobody begins another time.
    await entry.disarming;
    let isBorrowed = true;
    return {
      path: workFolder(entry.path),
      [Symbol.dispose]: () => {
        if (!isBorrowed) return;
        isBorrowed = false;
        entry.borrowers -= 1;
        entry.usedAt = Date.now();
        if (entry.borrowers === 0) this.#disarm(name, entry);
      },
    };
  }

  /** Takes from the folders that an earlier process left what must not stay; call it when no container of that one lives. */
  async disarmLeft(): Promise<void> {
    for (const [name, entry] of await this.#known()) {
      if (!entry.isSuspect || entry.borrowers > 0) continue;
      this.#disarm(name, entry);
      await entry.disarming;
    }
  }

  #disarm(name: string, entry: Entry): void {
    if (entry.disarming !== undefined) return;
    entry.disarming = this.#disarmed(name, entry)
      .catch((error: unknown) =>
        this.#options.logger.error(
          { path: entry.path, reason: messageOf(error) },
          'a folder that Steps keep could not be looked through',
        ),
      )
      .finally(() => (entry.disarming = undefined));
  }

  async #disarmed(name: string, entry: Entry): Promise<void> {
    const folder = workFolder(entry.path);
    entry.isSuspect = !(await this.#options.disarm(folder, (await notedImage(entry.path)) ?? ''));
    if (!entry.isSuspect) return;
    this.#options.logger.error(
      { path: entry.path },
      'a folder that Steps kept has what must not stay; it is removed',
    );
    if (await this.#inTurn(() => this.#letGo(name, entry))) await this.#removeGone();
  }

  /** Whether it was given up: not while an Attempt uses it. */
  async #letGo(name: string, entry: Entry): Promise<boolean> {
    if (entry.borrowers > 0) return false;
    await rename(entry.path, `${entry.path}.${Date.now()}${goneSuffix}`);
    (await this.#known()).delete(name);
    return true;
  }

  /**
   * Removes folders until the rest is no larger than it may be. One that cannot be removed now is logged, and the next
   * call finds it again.
   */
  async makeRoom(): Promise<void> {
    const entries = await this.#known();
    let bytes = 0;
    const measured: { name: string; entry: Entry; bytes: number }[] = [];
    for (const [name, entry] of entries) {
      const found = await bytesOf(entry);
      measured.push({ name, entry, bytes: found });
      bytes += found;
    }
    for (const { name, entry, bytes: freed } of measured.toSorted(
      (a, b) => a.entry.usedAt - b.entry.usedAt,
    )) {
      if (bytes <= this.#options.limitBytes) break;
      await entry.disarming;
      if (await this.#inTurn(() => this.#letGo(name, entry))) bytes -= freed;
    }
    await this.#removeGone();
  }

  async #removeGone(): Promise<void> {
    const { folder, remove, logger } = this.#options;
    for (const name of await namesIn(folder)) {
      if (!name.endsWith(goneSuffix)) continue;
      const path = join(folder, name);
      logger.debug({ path }, 'removing a folder that Steps had kept');
      try {
        await remove(path);
      } catch (error) {
        logger.error({ path, reason: messageOf(error) }, 'a folder that Steps had kept could not be removed');
      }
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    // Whoever fails reports it; the next one goes on.
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #known(): Promise<Map<string, Entry>> {
    return (this.#entries ??= this.#read());
  }

  /** What an earlier process left. */
  async #read(): Promise<Map<string, Entry>> {
    const entries = new Map<string, Entry>();
    for (const name of await namesIn(this.#options.folder)) {
      if (name.endsWith(goneSuffix)) continue;
      const path = join(this.#options.folder, name);
      entries.set(name, newEntry(path, (await stat(path)).mtimeMs));
    }
    return entries;
  }
}

function newEntry(path: string, usedAt: number): Entry {
  return { path, bytes: undefined, usedAt, borrowers: 0, isSuspect: true, disarming: undefined };
}

/** As measured before, or now. */
async function bytesOf(entry: Entry): Promise<number> {
  if (entry.bytes !== undefined) return entry.bytes;
  const { usedAt } = entry;
  const isAtRest = entry.borrowers === 0;
  const bytes = await folderBytes(entry.path);
  // A folder that an Attempt used meanwhile may have grown behind the measure.
  if (isAtRest && entry.borrowers === 0 && entry.usedAt === usedAt) entry.bytes = bytes;
  return bytes;
}
