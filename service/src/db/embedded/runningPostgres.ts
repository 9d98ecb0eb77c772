import { join } from 'node:path';
import { readIfThere } from '../../files.ts';

/** The embedded Postgres that a service of this machine has started. */
export interface RunningPostgres {
  readonly url: string;
  /** Number of its first process. */
  readonly pid: number;
}

/**
 * The server that runs on a folder of {@link startEmbeddedPostgres}, by the files that it keeps there; undefined when
 * none runs. Throws when the files belong to somebody else.
 */
export async function findRunningPostgres(folder: string): Promise<RunningPostgres | undefined> {
  const [password, pidFile] = await Promise.all([
    readIfThere(join(folder, 'password')),
    readIfThere(join(folder, 'cluster', 'postmaster.pid')),
  ]);
  if (password === undefined || pidFile === undefined) return undefined;
  // Lines of postmaster.pid: process, data directory, start time, port.
  const [pid, , , port] = pidFile.split('\n').map(Number);
  if (pid === undefined || port === undefined || !(port > 0) || !isAlive(pid)) return undefined;
  return { url: `postgres://postgres:${password.trim()}@127.0.0.1:${port}/flotilla`, pid };
}

/** Whether a process of that number lives; one of another user's does, too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
