import { messageOf } from '@flotilla/shared/errors';
import { toStorable } from '@flotilla/shared/storableText';
import { GitError } from '../git/git.ts';

/** A reason is read in a list, and sent for each repository. */
const maxLength = 500;

/**
 * Why something failed in a repository, as a reason that can be stored and shown: the first line of what git said, which may
 * quote whatever is in the repository, without control characters, and not longer than 500 characters.
 */
export function oneReason(error: unknown): string {
  const said = error instanceof GitError ? error.stderr : messageOf(error);
  const [line = ''] = said.trim().split('\n');
  const text = toStorable(line.replaceAll(/\p{Cc}|\p{Cf}/gu, '\ufffd'));
  if (text === '') return 'git was ended by the system, or said nothing';
  return text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text;
}
