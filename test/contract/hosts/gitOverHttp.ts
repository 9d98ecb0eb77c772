import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { git } from '../../../service/src/codeHosts/git/kind.ts';
import { SecretValue } from '../../../service/src/secrets/secretValue.ts';
import { startGitHttpServer } from '../../support/gitHttpServer.ts';
import { noCredential } from '../../support/scriptedHost.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import type { ContractHost, ContractKind } from '../contractHost.ts';
import { makeBareRepository } from './bareRepository.ts';

const away = 'http://127.0.0.1:1';

/** Plain git over http, by git's own `http-backend` behind a password. */
export const gitOverHttpKind: ContractKind = {
  name: 'git over http',
  can: git.open(away, { urls: [] }, noCredential).can,
  takesToken: true,
  async open(): Promise<ContractHost> {
    await using resources = new AsyncDisposableStack();
    const { path: folder } = resources.use(await temporaryFolder());
    const service = { username: 'flotilla', password: `secret-${randomUUID()}` };
    const person = { username: 'ada', password: randomUUID() };
    const server = resources.use(await startGitHttpServer(join(folder, 'repositories'), [service, person]));
    const names: string[] = [];
    const openAt = (location: string, secret: string | undefined) => {
      const settings = { urls: names.map((name) => `${location}/${name}.git`), username: service.username };
      const credential = secret === undefined ? undefined : new SecretValue(secret);
      return git.open(location, settings, { hostId: 0, credential: () => Promise.resolve(credential) });
    };
    const owned = resources.move();
    return {
      get host() {
        return openAt(server.url, service.password);
      },
      secret: service.password,
      away,
      openAt: ({ location = server.url, ...other }) =>
        openAt(location, 'secret' in other ? other.secret : service.password),
      async makeRepository(options = {}) {
        const made = await makeBareRepository(folder, options, (name) => {
          const url = new URL(`${server.url}/${name}.git`);
          return { url: Object.assign(url, person).href };
        });
        names.push(made.ref.name);
        return made;
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};
