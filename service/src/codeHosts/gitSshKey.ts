import { withFiles, type GivenCredential } from './gitCredential.ts';

/** What git's ssh is given for one host. */
export interface SshAccount {
  /** In the form of OpenSSH, without a passphrase; undefined where nobody is asked for one. */
  readonly privateKey: string | undefined;
  /** Lines of a file `known_hosts`: keys of the host. One that shows another key is not talked to. */
  readonly knownHosts: string;
}

/**
 * Gives git's ssh a key and the keys of its host by files that nobody else may read. No configuration, agent or known host of the
 * machine or its user counts, and a host whose key is not known is refused.
 */
export function giveSshKey({ privateKey, knownHosts }: SshAccount): Promise<GivenCredential> {
  const key = privateKey === undefined ? {} : { key: `${privateKey.trimEnd()}\n` };
  return withFiles({ known: knownHosts, ...key }, (files) => {
    const options = {
      BatchMode: 'yes',
      StrictHostKeyChecking: 'yes',
      UserKnownHostsFile: quoted(files['known'] ?? ''),
      GlobalKnownHostsFile: '/dev/null',
      UpdateHostKeys: 'no',
      IdentityAgent: 'none',
      IdentitiesOnly: 'yes',
      IdentityFile: files['key'] === undefined ? 'none' : quoted(files['key']),
      PreferredAuthentications: 'publickey,none',
      ForwardAgent: 'no',
      ControlPath: 'none',
      PermitLocalCommand: 'no',
      ConnectTimeout: '20',
    };
    const words = Object.entries(options).map(([name, value]) => `-o '${name}=${value}'`);
    return {
      environment: { GIT_SSH_COMMAND: `ssh -F none ${words.join(' ')}`, GIT_SSH_VARIANT: 'ssh' },
    };
  });
}

/** For ssh's own reader of options, within the quotes of a shell. */
function quoted(path: string): string {
  if (/['"\\%\n]/.test(path))
    throw new Error(`The folder of temporary files has a name that ssh cannot take: ${path}`);
  return `"${path}"`;
}
