import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A folder that goes away with whoever made it. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes an empty folder; disposing removes it with all that is in it, however deep. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
  return {
    path,
    async [Symbol.asyncDispose]() {
      await unmountBelow(path);
      await promisify(execFile)('rm', ['-r', '-f', path]);
    },
  };
}

/** Unmounts the work trees of runners that were killed. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const mounted of await mountsBelow(folder)) await promisify(execFile)('umount', ['--lazy', mounted]);
}

/** Where something is mounted below a folder. */
export async function mountsBelow(folder: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.map((line) => line.split(' ')[4] ?? '').filter((path) => path.startsWith(`${folder}/`));
}
