import { programWords } from '@flotilla/launcher/programWords';
import type Docker from 'dockerode';
import { AttemptError } from '../../endings/attemptError.ts';
import { ownUser } from '../../ownUser.ts';
import { runAsRoot, type RootHelper } from '../container/rootHelper.ts';

/** Links are not followed; set-id bits of programs go with their owner, those of folders do not. */
const giveAll = 'chown -R -h "$0" /work && chmod -R u+rwX,ug-s /work';

/**
 * Removes all that is in /work. What the image's rm finds too deep, because it names files by whole paths, is cut: folders
 * twelve levels down are moved up, which no name is too long for, until nothing is deeper.
 */
const removeAll = `
cd /work && chmod u+rwx . || exit 1
rm -rf -- ..?* .[!.]* * 2>/dev/null
while [ -n "$(ls -A)" ]; do
  mkdir -p .deeper || exit 1
  find . -mindepth 12 -maxdepth 12 -type d -exec sh -c 'mv "$0" ".deeper/$$"' {} \\; 2>/dev/null
  for each in ..?* .[!.]* *; do [ "$each" = .deeper ] || rm -rf -- "$each" || exit 1; done
  [ -z "$(ls -A .deeper)" ] || mv .deeper/* . || exit 1
  rmdir .deeper || exit 1
done`;

/**
 * Gives every file of a folder to the runner's user, whoever the containers wrote as, and lets that user read them. Root
 * needs nothing; anybody else needs a container that is root, because only root may change owners.
 */
export async function takeBack(docker: Docker, folder: string, helper: RootHelper): Promise<void> {
  const { uid, gid } = ownUser();
  if (uid === 0) return;
  const ended = await runAsRoot(docker, folder, { script: giveAll, argument: `${uid}:${gid}` }, helper);
  if (ended === 'noShell') throw new AttemptError('sandbox', noShellSentence(helper));
  if (ended.exitCode === 0) return;
  if (programWords.nameTooLong.test(ended.said))
    throw new AttemptError(
      'patch',
      'The steps left folders that are nested too deep for git. Remove them in a step.',
    );
  throw new AttemptError(
    'sandbox',
    `The files of the work tree could not be given back to the runner's user: it ended with ${ended.exitCode}: ${ended.said}.`,
  );
}

/** Removes what is in a folder by a container that is root, whoever it belongs to. */
export async function removeAsRoot(docker: Docker, folder: string, helper: RootHelper): Promise<void> {
  const ended = await runAsRoot(docker, folder, { script: removeAll, argument: '' }, helper);
  if (ended === 'noShell') throw new AttemptError('sandbox', noShellSentence(helper));
  if (ended.exitCode !== 0) throw new Error(`${folder} could not be emptied: ${ended.said}`);
}

/** Takes set-id bits from a folder by a container that is root. */
export async function disarmAsRoot(docker: Docker, folder: string, helper: RootHelper): Promise<boolean> {
  const ended = await runAsRoot(docker, folder, { script: 'chmod -R ug-s /work', argument: '' }, helper);
  return ended !== 'noShell' && ended.exitCode === 0;
}

function noShellSentence({ config }: RootHelper): string {
  return `The files of the work tree could not be given back to the runner's user: the helper image ${config.helperImage} has no shell. Set FLOTILLA_HELPER_IMAGE to one that has /bin/sh, chown and chmod.`;
}
