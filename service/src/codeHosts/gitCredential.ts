import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitAccess } from './codeHost.ts';
import { HostError } from './hostError.ts';

/** Who git says it is, at one host. */
export interface GitCredential {
  readonly username: string;
  readonly password: string;
}

/** What git is run with to have a credential; disposing removes what holds it. */
export interface GivenCredential extends AsyncDisposable, Pick<GitAccess, 'options' | 'environment'> {}

/** Reads the file that the environment names, and answers nothing but questions for a credential. */
const helper = '!f() { test "$1" = get && cat "$FLOTILLA_CREDENTIAL_FILE"; }; f';

/**
 * Gives git a credential for an address by a file that nobody else may read: it is in no argument, no variable and no
 * configuration, and git gives it to that origin alone, because it follows no redirection. Without one git asks nobody.
 */
export async function giveCredential(
  url: string,
  credential: GitCredential | undefined,
): Promise<GivenCredential> {
  // The first, empty helper drops whatever others would answer.
  const options = ['-c', 'http.followRedirects=false', '-c', 'credential.helper='];
  if (credential === undefined) return { options, [Symbol.asyncDispose]: () => Promise.resolve() };
  const lines = [`username=${credential.username}`, `password=${credential.password}`];
  // A line more would be another answer of the helper, such as one about another host.
  if (lines.some((line) => /\p{Cc}/u.test(line)))
    throw new HostError(
      'credential',
      'The credential has characters that none can have, such as a line break. Replace it.',
      { retry: 'backOff' },
    );
  return withFiles({ credential: `${lines.join('\n')}\n` }, ({ credential: file = '' }) => ({
    options: [...options, '-c', `credential.${new URL(url).origin}.helper=${helper}`],
    environment: { FLOTILLA_CREDENTIAL_FILE: file },
  }));
}

/** Writes files that nobody else may read; they go when what uses them is disposed. */
export async function withFiles(
  texts: Readonly<Record<string, string>>,
  use: (files: Readonly<Record<string, string>>) => Pick<GitAccess, 'options' | 'environment'>,
): Promise<GivenCredential> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-credential-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const files: Record<string, string> = {};
    for (const [name, text] of Object.entries(texts)) {
      files[name] = join(folder, name);
      await writeFile(join(folder, name), text, { mode: 0o600 });
    }
    return { ...use(files), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
