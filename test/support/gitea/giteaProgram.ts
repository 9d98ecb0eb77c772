import { execa } from 'execa';
import { userInfo } from 'node:os';
import { findGitea, type BuiltGitea } from '../../../scripts/gitea/giteaHome.ts';

/** Who Gitea is run as: whoever runs the tests, or nobody where that is root, as which it does not run. */
export interface GiteaUser {
  readonly name: string;
  /** Undefined where it is whoever runs the tests. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
}

/** Whether tests against Gitea can run here: it was built, or one is named. */
export const hasGitea =
  process.env['FLOTILLA_TEST_GITEA_URL'] !== undefined || (await findGitea()) !== undefined;

export async function giteaUser(): Promise<GiteaUser> {
  const { uid, username } = userInfo();
  if (uid !== 0) return { name: username, ids: undefined };
  const name = 'nobody';
  const [user, group] = await Promise.all(['-u', '-g'].map((option) => execa('id', [option, name])));
  return { name, ids: { uid: Number(user?.stdout), gid: Number(group?.stdout) } };
}

/** The Gitea that was built. Throws an Error that says how to build it. */
export async function requireGitea(): Promise<BuiltGitea> {
  const built = await findGitea();
  if (built === undefined) throw new Error('Gitea is not built here: `npm run gitea` builds it.');
  return built;
}

/** Starts Gitea's program with a configuration. */
export function runGitea(
  { program }: BuiltGitea,
  user: GiteaUser,
  { configuration, folder }: { readonly configuration: string; readonly folder: string },
  args: readonly string[],
) {
  return execa(program, [...args, '--config', configuration], {
    ...user.ids,
    cwd: folder,
    all: true,
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: folder,
      USER: user.name,
      GITEA_WORK_DIR: folder,
    },
  });
}
