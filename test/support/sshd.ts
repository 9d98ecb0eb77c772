import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { execa } from 'execa';
import { findProgram } from '../../scripts/system/findProgram.ts';
import { freePort } from './freePort.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { waitFor } from './waitFor.ts';

/** A server of OpenSSH on loopback, for git alone. Disposing ends it. */
export interface Sshd extends AsyncDisposable {
  /** `ssh://user@127.0.0.1:…`, without a slash at its end. */
  readonly url: string;
  /** The private key that it takes. */
  readonly keyFile: string;
  /** Its own key, as a line of a file `known_hosts`. */
  readonly knownHosts: string;
  /** How git calls ssh to reach it. */
  readonly command: string;
}

/** Starts a server with keys of its own, for the user who runs the tests. That one may run git's two commands there, and nothing else. */
export async function startSshd(): Promise<Sshd> {
  const sshd = await findProgram('sshd');
  if (sshd === undefined) throw new Error('There is no sshd here: it is in the package openssh-server.');
  await using resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await temporaryFolder());
  const [hostKey, keyFile] = [join(folder, 'host'), join(folder, 'key')];
  for (const file of [hostKey, keyFile])
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file]);
  const key = (await readFile(`${keyFile}.pub`, 'utf8')).trim();
  const authorized = join(folder, 'authorized');
  await writeFile(authorized, `restrict,command="git-shell -c \\"$SSH_ORIGINAL_COMMAND\\"" ${key}\n`, {
    mode: 0o600,
  });
  const port = await freePort();
  const configuration = join(folder, 'sshd_config');
  await writeFile(
    configuration,
    [
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${authorized}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'MaxStartups 200',
      'PerSourceMaxStartups none',
      'AcceptEnv GIT_PROTOCOL',
      '',
    ].join('\n'),
  );
  const { uid, username } = userInfo();
  // Where it gives up its rights, as root.
  if (uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const server = execa(sshd, ['-D', '-e', '-f', configuration], {
    reject: false,
    stdin: 'ignore',
    all: true,
  });
  let said = '';
  server.all.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-16_384)));
  let isEnded = false;
  const ended = server.then(() => (isEnded = true));
  resources.defer(async () => {
    server.kill();
    await ended;
  });
  const [type, value] = (await readFile(`${hostKey}.pub`, 'utf8')).split(' ');
  const knownHosts = `[127.0.0.1]:${port} ${type} ${value}\n`;
  const known = join(folder, 'known');
  await writeFile(known, knownHosts);
  await waitFor('sshd to listen', () => {
    if (isEnded) throw new Error(`sshd has ended:\n${said}`);
    return said.includes('Server listening');
  });
  const owned = resources.move();
  return {
    url: `ssh://${username}@127.0.0.1:${port}`,
    keyFile,
    knownHosts,
    command: `ssh -F none -o IdentityFile=${keyFile} -o IdentitiesOnly=yes -o UserKnownHostsFile=${known} -o StrictHostKeyChecking=yes`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
