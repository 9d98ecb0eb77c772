import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
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
      await promisify(execFile)('rm', ['-r', '-f', path]);
    },
  };
}
