import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { findProgram } from './findProgram.ts';

/**
 * Takes a lock on a file, after whoever has it; `onWait` is called when somebody has. The lock is the kernel's, so it ends with this
 * process however that ends. Where there is no program `flock`, as on macOS, nothing is locked: whoever takes it must stand that.
 */
export async function takeFileLock(path: string, onWait: () => void): Promise<AsyncDisposable> {
  const flock = await findProgram('flock');
  // Never removed: whoever waited for a file that is gone would hold another lock than who comes next.
  const file = await open(path, 'a');
  try {
    if (flock !== undefined && !(await lock(flock, file, ['-n']))) {
      onWait();
      await lock(flock, file, []);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return { [Symbol.asyncDispose]: () => file.close() };
}

/** The lock belongs to all who have the file open, so to this process alone when the program has ended. */
async function lock(flock: string, file: FileHandle, options: readonly string[]): Promise<boolean> {
  const program = spawn(flock, [...options, '-x', '3'], { stdio: ['ignore', 'ignore', 'inherit', file.fd] });
  const [exitCode] = (await once(program, 'close')) as [number | null];
  if (exitCode === 0) return true;
  if (exitCode === 1 && options.includes('-n')) return false;
  throw new Error(`A file could not be locked: flock ended with ${exitCode}.`);
}
