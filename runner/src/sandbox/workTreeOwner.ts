import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ownUser } from '../ownUser.ts';

const exec = promisify(execFile);
/** "nobody", by convention; what a runner that is root gives the work trees of strict Attempts to. */
const nobody = 65_534;

/** User and group of strict containers: the runner's own, for their files are its own; never root. */
export function workTreeOwner(): string {
  const { uid, gid } = ownUser();
  return uid === 0 ? `${nobody}:${nobody}` : `${uid}:${gid}`;
}

/** Gives a folder to the user of strict containers; one that is the runner's own has it already. */
export async function giveToContainers(folder: string, owner: string): Promise<void> {
  if (ownUser().uid === 0) await exec('chown', ['-R', '-h', owner, folder]);
}
