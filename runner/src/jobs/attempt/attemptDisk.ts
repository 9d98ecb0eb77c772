import { stat } from 'node:fs/promises';
import type Docker from 'dockerode';
import { folderUse, sumOf, type DiskUse } from '../../sandbox/disk/diskUse.ts';
import { layerUse } from '../../sandbox/disk/layerUse.ts';
import type { AttemptDisks } from '../../sandbox/folders/attemptDisks.ts';
import { workTreeUse } from '../../sandbox/folders/attemptDisks.ts';
import { workFolder } from '../../sandbox/folders/attemptFolder.ts';
import { sizeText } from '../../sizeText.ts';

/** A file or a folder counts as so many bytes at least, as on a disk of its own (sandbox/loopDisk.ts). */
const bytesPerFile = 4096;

/** What one Attempt may write to disk, and has written. */
export class AttemptDisk {
  readonly #docker: Docker;
  readonly #disks: AttemptDisks;
  readonly #folder: string;
  /** What its folders that are kept for later took before it, by path. */
  readonly #caches = new Map<string, Promise<DiskUse>>();
  readonly limitBytes: number;
  /** Whether the kernel limits the work tree; what else there is has to be looked at. */
  #isEnforced = false;

  /** `folder` is the Attempt's. */
  constructor(docker: Docker, disks: AttemptDisks, folder: string, limitBytes: number) {
    this.#docker = docker;
    this.#disks = disks;
    this.#folder = folder;
    this.limitBytes = limitBytes;
  }

  /** Makes the work tree. */
  async make(): Promise<void> {
    this.#isEnforced = await this.#disks.make(this.#folder, this.limitBytes);
  }

  /** Counts by what a folder that Steps keep grows from now on. */
  async addCache(path: string): Promise<void> {
    if (!this.#caches.has(path)) this.#caches.set(path, folderUse(path));
    await this.#caches.get(path);
  }

  /** What it has written, also beside its work tree, in a container that is named. */
  async use(containerId?: string): Promise<DiskUse> {
    const grown = [...this.#caches].map(async ([path, before]) =>
      grownBy(await before, await folderUse(path)),
    );
    const parts = [workTreeUse(workFolder(this.#folder), this.#isEnforced), ...grown];
    if (containerId !== undefined) parts.push(layerUse(this.#docker, containerId, await this.#ownDevice()));
    return sumOf(await Promise.all(parts));
  }

  /** How it is above its limit, in words; undefined while it is not. */
  exceeds({ bytes, files }: DiskUse): string | undefined {
    const limit = sizeText(this.limitBytes);
    if (bytes > this.limitBytes) return `has written ${sizeText(bytes)} to disk, and may write ${limit}`;
    if (files * bytesPerFile <= this.limitBytes) return undefined;
    const most = Math.floor(this.limitBytes / bytesPerFile).toLocaleString('en');
    return `has made ${files.toLocaleString('en')} files and folders, and may make ${most} with ${limit} of disk`;
  }

  /** As {@link exceeds}, of the work tree alone, where the kernel knows it without a look at its files. */
  async exceedsAtOnce(): Promise<string | undefined> {
    if (!this.#isEnforced) return undefined;
    return this.exceeds(await workTreeUse(workFolder(this.#folder), true));
  }

  async #ownDevice(): Promise<number | undefined> {
    return this.#isEnforced ? (await stat(workFolder(this.#folder))).dev : undefined;
  }
}

function grownBy(before: DiskUse, now: DiskUse): DiskUse {
  return { bytes: Math.max(0, now.bytes - before.bytes), files: Math.max(0, now.files - before.files) };
}
