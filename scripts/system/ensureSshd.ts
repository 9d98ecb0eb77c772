import { rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { installDebianPackages } from './debianPackages.ts';
import { findProgram } from './findProgram.ts';
import type { Say } from './say.ts';

/** What Debian's packages ask whether they may start a service, where there is such a file; 101 is no. */
const policyFile = '/usr/sbin/policy-rc.d';

/** Sees to it that there are the programs `sshd` and `ssh`, and returns the path of the first. No server is started. */
export async function ensureSshd(say: Say): Promise<string> {
  const found = await findProgram('sshd');
  if (found !== undefined && (await findProgram('ssh')) !== undefined) return found;
  await using _policy = await withoutServices();
  await installDebianPackages(
    {
      packages: ['openssh-server', 'openssh-client'],
      purpose: 'serve git over ssh in tests',
      otherwise: 'OpenSSH (sshd and ssh)',
    },
    say,
  );
  const installed = await findProgram('sshd');
  if (installed === undefined) throw new Error('The package openssh-server brought no program sshd.');
  return installed;
}

/** Keeps packages that are installed meanwhile from starting services, unless this machine has a rule for that already. */
async function withoutServices(): Promise<AsyncDisposable> {
  const nothing = { [Symbol.asyncDispose]: () => Promise.resolve() };
  if (userInfo().uid !== 0) return nothing;
  try {
    await writeFile(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return nothing;
    throw error;
  }
  return { [Symbol.asyncDispose]: () => rm(policyFile, { force: true }) };
}
