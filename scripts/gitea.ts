/**
 * `npm run gitea`: builds the Gitea that tests run against, from its Go module, into the cache folder of the user, unless it is
 * there. It takes about six minutes on two processors, once for each version.
 */
import { messageOf } from '@flotilla/shared/errors';
import { ensureGitea } from './gitea/ensureGitea.ts';
import { giteaVersion } from './gitea/giteaHome.ts';
import { sayOnTerminal } from './system/say.ts';

try {
  const { program } = await ensureGitea(sayOnTerminal);
  console.log(`Gitea ${giteaVersion} is there: ${program}`);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
