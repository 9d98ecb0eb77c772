import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptView } from '@flotilla/shared/views';
import Docker from 'dockerode';
import { waitFor } from './waitFor.ts';

/** The engine that runners use unless a test gives them another one. Asked by its API: a `docker` each time takes ten times as long. */
const docker = new Docker();

/**
 * Ids of the containers of an Attempt, or of all Attempts of a runner, whatever their state. By its runner too:
 * services that others have on this machine count their Attempts from 1 as well.
 */
export async function containersOf({
  id,
  runner,
}: Pick<AttemptView, 'runner'> & Partial<Pick<AttemptView, 'id'>>): Promise<string[]> {
  const label = [`flotilla.runner=${runner}`, ...(id === undefined ? [] : [`flotilla.attempt=${id}`])];
  const containers = await docker.listContainers({ all: true, filters: { label } });
  return containers.map(({ Id }) => Id);
}

/** Removes what runners under a folder have left in the engine: those that were killed, or whose test failed. */
export async function removeContainersUnder(folder: string): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters: { label: ['flotilla.folder'] } });
  const left = containers.filter(({ Labels }) => Labels['flotilla.folder']?.startsWith(`${folder}/`));
  await Promise.all(left.map(({ Id }) => remove(Id)));
}

/** One that goes by itself meanwhile is gone too. */
async function remove(id: string): Promise<void> {
  try {
    await docker.getContainer(id).remove({ force: true, v: true });
  } catch (error) {
    const { statusCode } = error as { readonly statusCode?: number };
    if (statusCode !== 404 && statusCode !== 409) throw error;
  }
}

/** Names of the folders of Attempts that a runner has now. */
export async function attemptFoldersOf(stateFolder: string): Promise<string[]> {
  return readdir(join(stateFolder, 'attempts')).catch((error: unknown) => {
    // A runner that has not had an Attempt has made none.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
}

/** What the one container of an Attempt has written so far, both descriptors as they came, from the engine's own log. */
export async function engineLogOf(attempt: AttemptView): Promise<string> {
  const [id, ...others] = await containersOf(attempt);
  if (id === undefined || others.length > 0) throw new Error(`Attempt ${attempt.id} has not one container`);
  const log = await docker.getContainer(id).logs({ stdout: true, stderr: true, follow: false });
  const written: Buffer[] = [];
  // Frames of the engine: a head of eight bytes, the last four of which are the length of what follows.
  for (let at = 0; at + 8 <= log.length;) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    written.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(written).toString();
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
    { everyMs: 100 },
  );
}
