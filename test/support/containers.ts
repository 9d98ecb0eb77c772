import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AttemptView } from '@flotilla/shared/views';
import { waitFor } from './waitFor.ts';

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

/** Removes what runners under a folder have left in the engine: those that were killed, or whose test failed. */
export async function removeContainersUnder(folder: string): Promise<void> {
  const format = '{{.ID}} {{.Label "flotilla.folder"}}';
  const filter = 'label=flotilla.folder';
  const { stdout } = await exec('docker', ['ps', '--all', '--filter', filter, '--format', format]);
  const ids = stdout
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, stateFolder]) => stateFolder?.startsWith(`${folder}/`))
    .map(([id = '']) => id);
  if (ids.length > 0) await exec('docker', ['rm', '--force', '--volumes', ...ids]);
}

/** Names of the folders of Attempts that a runner has now. */
export async function attemptFoldersOf(stateFolder: string): Promise<string[]> {
  return readdir(join(stateFolder, 'attempts')).catch((error: unknown) => {
    // A runner that has not had an Attempt has made none.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
}

/** What the one container of an Attempt has written so far, to both descriptors, from the engine's own log. */
export async function engineLogOf(attempt: AttemptView): Promise<string> {
  const [id, ...others] = await containersOf(attempt);
  if (id === undefined || others.length > 0) throw new Error(`Attempt ${attempt.id} has not one container`);
  const { stdout, stderr } = await exec('docker', ['logs', id], { maxBuffer: 1024 ** 3 });
  return stdout + stderr;
}

/** Waits until nothing is left of all that a runner has worked on: no container, whose volumes go with it, and no folder. */
export async function nothingLeft(runner: {
  readonly name: string;
  readonly stateFolder: string;
}): Promise<void> {
  await waitFor(
    'no container and no folder to be left',
    async () =>
      (await containersOf({ runner: runner.name })).length === 0 &&
      (await attemptFoldersOf(runner.stateFolder)).length === 0,
    { timeoutMs: 30_000, everyMs: 100 },
  );
}
