import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A folder whose content is for one user of the machine, in the words of the sentence that refuses another one. */
export interface PrivateFolder {
  readonly folder: string;
  /** The setting that names it. */
  readonly setting: string;
  /** Whose it has to be, where that is not our own user. */
  readonly uid?: number;
}

/** What others may do with a folder: their bits, and with an access list its mask. */
const othersBits = 0o077;

/**
 * Makes a folder that only its owner may enter, or looks whether the one that is there is such a folder: what lies in it
 * is safe from other users whatever its own mode, a program with a set-id bit too. One that is wider is not made narrower,
 * because somebody may rely on it: throws an Error of one sentence that says what to do.
 */
export async function ensurePrivateFolder({ folder, setting, uid }: PrivateFolder): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const found = await stat(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder. Name another one in ${setting}.`);
  const owner = uid ?? process.getuid?.();
  // Where there are no users, modes say nothing either.
  if (owner === undefined) return;
  if (found.uid !== owner) {
    throw new Error(
      `${folder} belongs to user ${found.uid}, who could read and change what is kept in it. Give it to user ${owner} (chown -R ${owner} ${folder}), or name another folder in ${setting}.`,
    );
  }
  const mode = found.mode & 0o7777;
  if ((mode & othersBits) === 0) return;
  throw new Error(
    `${folder} is open to other users of this machine (its mode is ${mode.toString(8)}), and what is kept in it is not for them. Run chmod 700 ${folder}, or name another folder in ${setting}.`,
  );
}
