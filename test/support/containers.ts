import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AttemptView } from '@flotilla/shared/views';

const exec = promisify(execFile);

/**
 * Ids of the containers of an Attempt, or of all Attempts of a runner, whatever their state. By its runner too:
 * services that others have on this machine count their Attempts from 1 as well.
 */
export async function containersOf({
  id,
  runner,
}: Pick<AttemptView, 'runner'> & Partial<Pick<AttemptView, 'id'>>): Promise<string[]> {
  const labels = [`flotilla.runner=${runner}`, ...(id === undefined ? [] : [`flotilla.attempt=${id}`])];
  const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
  const { stdout } = await exec('docker', ['ps', '--all', '--quiet', ...filters]);
  return stdout.split('\n').filter((id) => id !== '');
}

/** Names of the folders of Attempts that a runner has now. */
export async function attemptFoldersOf(stateFolder: string): Promise<string[]> {
  return readdir(join(stateFolder, 'attempts')).catch((error: unknown) => {
    // A runner that has not had an Attempt has made none.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
}
