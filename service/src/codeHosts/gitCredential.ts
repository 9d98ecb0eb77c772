import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitAccess } from './codeHost.ts';

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
 * Gives git a credential by a file that nobody else may read: it is in no argument, no variable and no configuration. Without one
 * git asks nobody.
 */
export async function giveCredential(credential: GitCredential | undefined): Promise<GivenCredential> {
  // The first, empty one drops whatever others would answer.
  const nobody = ['-c', 'credential.helper='];
  if (credential === undefined) return { options: nobody, [Symbol.asyncDispose]: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-credential-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = join(folder, 'credential');
    await writeFile(file, `username=${credential.username}\npassword=${credential.password}\n`, {
      mode: 0o600,
    });
    return {
      options: [...nobody, '-c', `credential.helper=${helper}`],
      environment: { FLOTILLA_CREDENTIAL_FILE: file },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
