import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** A file system of a few MiB in memory. Disposing unmounts it; by then nobody may use it. */
export interface SmallDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string;
  /** Takes all that is free, to the last byte, in one file. */
  fill(): Promise<void>;
  /** Removes that file. */
  free(): Promise<void>;
}

/** Mounts one at a folder, which is made, and is for its owner alone. Only root may. */
export async function smallDisk(path: string, mebibytes: number): Promise<SmallDisk> {
  await mkdir(path, { recursive: true });
  await exec('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'flotilla-test', path]);
  const filler = join(path, 'filler');
  return {
    path,
    async fill() {
      await using file = await open(filler, 'w');
      const zeros = Buffer.alloc(1024 * 1024);
      try {
        for (;;) await file.write(zeros);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    },
    free: () => rm(filler),
    async [Symbol.asyncDispose]() {
      await exec('umount', [path]);
    },
  };
}
