import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { takeFileLock } from '../system/takeFileLock.ts';
import type { Say } from '../system/say.ts';
import { buildGitea } from './buildGitea.ts';
import { ensureGo } from './ensureGo.ts';
import { findGitea, giteaHome, giteaVersion, type BuiltGitea } from './giteaHome.ts';

/** Sees to it that there is a Gitea for tests. Throws an Error of some sentences. Who comes while another one builds it waits. */
export async function ensureGitea(say: Say): Promise<BuiltGitea> {
  const found = await findGitea();
  if (found !== undefined) return found;
  const home = giteaHome();
  await mkdir(dirname(home), { recursive: true });
  await using _lock = await takeFileLock(`${home}.lock`, () =>
    say.announce('Somebody else is building Gitea; waiting until that has ended.'),
  );
  const made = await findGitea();
  if (made !== undefined) return made;
  const go = await ensureGo(say);
  say.announce(
    `Building Gitea ${giteaVersion} for the tests, into ${home}; this takes about six minutes on two processors, once.`,
  );
  return buildGitea(go, home);
}
