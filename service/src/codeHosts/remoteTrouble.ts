import { GitError } from '../git/git.ts';
import { HostError, type HostErrorCode, type HostRetry } from './hostError.ts';

/** Lines of a host that are read; one may write as many as it likes. */
const mostLines = 5;
const mostCharacters = 300;

/** What a host itself said, as git passes it on: some lines in one, without what cannot be seen. */
export function remoteWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('remote: '))
    .map((line) => visible(line.slice('remote: '.length)))
    .filter((line) => line !== '');
  return lines.slice(0, mostLines).join(' ');
}

/** Why git could not talk to a host about a repository at all, which is no word about a branch. */
export function remoteTrouble(error: unknown, name: string): HostError {
  const said = error instanceof GitError ? error.stderr : String(error);
  const [code, sentence, retry] = meaningOf(said, name);
  // What the host was told to do may have been done, when only its answer is missing.
  return new HostError(code, sentence, { retry, unclear: code === 'unavailable', cause: error });
}

function meaningOf(said: string, name: string): readonly [HostErrorCode, string, HostRetry] {
  const words = remoteWords(said);
  const because = words === '' ? '' : ` (${words})`;
  if (/Authentication failed|could not read (?:Username|Password)|terminal prompts disabled/.test(said))
    return ['credential', `The code host refuses the credential for ${name}. Replace it.`, 'backOff'];
  if (/Permission denied \(|Load key .* error/.test(said))
    return ['credential', `The code host refuses the key for ${name}. Replace it.`, 'backOff'];
  if (/Host key verification failed|No .* host key is known/.test(said))
    return [
      'unavailable',
      `The code host of ${name} does not show a host key that is known for it. Was it replaced? Then change the known keys.`,
      'backOff',
    ];
  if (/The requested URL returned error: 30\d/.test(said))
    return ['gone', `The code host has moved ${name} elsewhere.${because}`, 'backOff'];
  if (/The requested URL returned error: 403/.test(said))
    return /archived/i.test(words)
      ? ['archived', `${name} is archived.${because}`, 'backOff']
      : ['forbidden', `The code host does not let the credential do this to ${name}.${because}`, 'never'];
  if (/not found|does not exist|does not appear to be a git repository/i.test(said))
    return ['gone', `The code host has no repository ${name}, or does not show it.${because}`, 'backOff'];
  return ['unavailable', `git could not reach ${name}: ${lastLine(said)}.`, 'backOff'];
}

function lastLine(said: string): string {
  const line = said.trim().split('\n').at(-1) ?? '';
  return visible(line.replace(/^(?:fatal|error): /, ''));
}

function visible(text: string): string {
  const cut = text.slice(0, mostCharacters).toWellFormed();
  return cut.replaceAll(/\p{Cc}|\p{Cf}/gu, '').trim();
}
