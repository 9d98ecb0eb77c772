import { access, constants } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Of the Go module that it is built from. */
export const giteaVersion = '1.26.0';

/** A Gitea that was built. */
export interface BuiltGitea {
  readonly program: string;
  /** What it serves beside its data: templates, translations and the like. */
  readonly staticFolder: string;
}

/** Where Gitea is, or would be. Of root it is a folder that others can read, because Gitea does not run as root. */
export function giteaHome(): string {
  const { XDG_CACHE_HOME: given } = process.env;
  const ofUser = userInfo().uid === 0 ? '/var/cache' : join(homedir(), '.cache');
  return join(given === undefined || given === '' ? ofUser : given, 'flotilla', 'gitea', giteaVersion);
}

/** The Gitea that was built; undefined when there is none. It is whole: it was moved there when it had been built. */
export async function findGitea(): Promise<BuiltGitea | undefined> {
  const built = builtAt(giteaHome());
  try {
    await access(built.program, constants.X_OK);
    return built;
  } catch {
    // Not there, or not ours to run.
    return undefined;
  }
}

/** A built Gitea in a folder. */
export function builtAt(folder: string): BuiltGitea {
  return { program: join(folder, 'gitea'), staticFolder: join(folder, 'static') };
}
