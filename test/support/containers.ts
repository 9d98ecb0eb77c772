import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { AttemptView } from '@flotilla/shared/views';

const exec = promisify(execFile);

/**
 * Ids of the containers of an Attempt, whatever their state. By its runner too: services that others have on this
 * machine count their Attempts from 1 as well.
 */
export async function containersOf(attempt: Pick<AttemptView, 'id' | 'runner'>): Promise<string[]> {
  const labels = [`flotilla.attempt=${attempt.id}`, `flotilla.runner=${attempt.runner}`];
  const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
  const { stdout } = await exec('docker', ['ps', '--all', '--quiet', ...filters]);
  return stdout.split('\n').filter((id) => id !== '');
}
