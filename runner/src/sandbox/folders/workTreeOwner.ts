import { run } from '@flotilla/launcher/run';
import { ownUser } from '../../ownUser.ts';

/** "nobody", by convention; what a runner that is root gives the work trees of strict Attempts to. */
const nobody = 65_534;

/** User and group of strict containers: the runner's own, for their files are its own; never root. */
export function workTreeOwner(): string {
  const { uid, gid } = ownUser();
  return uid === 0 ? `${nobody}:${nobody}` : `${uid}:${gid}`;
}

/** Gives a folder to the user of strict containers; one that is the runner's own has it already. */
export async function giveToContainers(folder: string, owner: string): Promise<void> {
  if (ownUser().uid !== 0) return;
  const { exitCode, stderr } = await run('chown', ['-R', '-h', owner, folder]);
  if (exitCode !== 0) throw new Error(`${folder} could not be given to ${owner}: ${stderr.trim()}`);
}
