import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ensurePrivateFolder } from './privateFolder.ts';

/** What a folder is locked by and for, in the words of the sentence that refuses the next one. */
export interface FolderLock {
  readonly folder: string;
  /** Name of the file that is locked. */
  readonly file: string;
  /** Which program takes it, e.g. `runner`. */
  readonly holder: string;
  /** The setting that gives a program a folder of its own. */
  readonly setting: string;
}

/**
 * Takes a folder for this process: two runners on one would remove each other's work trees, and a second service would
 * take over the first one's embedded Postgres. The lock is the kernel's, so it ends with this process however that ends,
 * and holds between containers that share the folder. Throws an Error of one sentence when another has it, or when other
 * users of the machine may enter it.
 */
export async function lockFolder({ folder, file, holder, setting }: FolderLock): Promise<AsyncDisposable> {
  await ensurePrivateFolder({ folder, setting });
  await using held = new AsyncDisposableStack();
  // Never removed: whoever waited for a file that is gone would hold another lock than who comes next.
  const opened = held.adopt(await open(join(folder, file), 'a+'), (each) => each.close());
  if (!(await lock(opened, setting))) {
    const pid = Number.parseInt((await opened.read(Buffer.alloc(32), 0, 32, 0)).buffer.toString(), 10);
    const other = Number.isNaN(pid) ? `Another ${holder}` : `Another ${holder} (process ${pid})`;
    throw new Error(
      `${other} works in ${folder}. End that one, or give this one a folder of its own in ${setting}.`,
    );
  }
  await note(opened, String(process.pid));
  held.defer(() => note(opened, ''));
  const owned = held.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Who holds the lock, for people. */
async function note(file: FileHandle, holder: string): Promise<void> {
  await file.truncate(0);
  await file.appendFile(holder);
}

/**
 * Locks an open file (flock(2)), if nobody else has. Node.js cannot; the program `flock` can, and a lock that it takes on a
 * file that it was handed belongs to all who have it open, so to this process alone when that program has ended.
 */
async function lock(file: FileHandle, setting: string): Promise<boolean> {
  const program = spawn('flock', ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'pipe', file.fd] });
  const said = program.stderr === null ? '' : text(program.stderr);
  const [exitCode] = (await once(program, 'close').catch((error: unknown) => {
    throw new Error(
      `The folder of ${setting} cannot be locked: the program \`flock\` could not be started. It is in the package util-linux.`,
      { cause: error },
    );
  })) as [number | null];
  if (exitCode === 0) return true;
  if (exitCode === 1) return false;
  throw new Error(
    `The folder of ${setting} cannot be locked: flock ended with ${exitCode}: ${(await said).trim()}. It has to be on a file system with locks.`,
  );
}
