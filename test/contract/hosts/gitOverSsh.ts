import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../../../service/src/codeHosts/git/kind.ts';
import { SecretValue } from '../../../service/src/secrets/secretValue.ts';
import { startSshd } from '../../support/sshd.ts';
import { noCredential } from '../../support/scriptedHost.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import type { ContractHost, ContractKind } from '../contractHost.ts';
import { makeBareRepository } from './bareRepository.ts';

const away = 'ssh://git@127.0.0.1:1';

/** Plain git over ssh, by OpenSSH's own server. */
export const gitOverSshKind: ContractKind = {
  name: 'git over ssh',
  can: git.open(away, { urls: [] }, noCredential).can,
  takesToken: false,
  async open(): Promise<ContractHost> {
    await using resources = new AsyncDisposableStack();
    const { path: folder } = resources.use(await temporaryFolder());
    const root = join(folder, 'repositories');
    const server = resources.use(await startSshd());
    const privateKey = await readFile(server.keyFile, 'utf8');
    const names: string[] = [];
    const openAt = (location: string, secret: string | undefined) => {
      const settings = {
        urls: names.map((name) => `${location}${root}/${name}.git`),
        knownHosts: server.knownHosts,
      };
      const credential = secret === undefined ? undefined : new SecretValue(secret);
      return git.open(location, settings, { hostId: 0, credential: () => Promise.resolve(credential) });
    };
    const owned = resources.move();
    return {
      get host() {
        return openAt(server.url, privateKey);
      },
      secret: privateKey,
      away,
      openAt: ({ location = server.url, ...other }) =>
        openAt(location, 'secret' in other ? other.secret : privateKey),
      async makeRepository(options = {}) {
        const made = await makeBareRepository(folder, options, (_name, path) => ({
          url: `${server.url}${path}`,
          settings: ['-c', `core.sshCommand=${server.command}`],
        }));
        names.push(made.ref.name);
        return { ...made, ref: { externalId: null, name: `${root.slice(1)}/${made.ref.name}` } };
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};
