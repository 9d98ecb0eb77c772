import { credentialOf } from '../../../service/src/codeHosts/credentialOf.ts';
import { SecretValue } from '../../../service/src/secrets/secretValue.ts';
import { Clone, cloneFolder } from '../../contract/clone.ts';
import { execute } from '../campaigns.ts';
import type { Changes } from '../patches.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { testService, type TestService } from '../testService.ts';
import { waitFor } from '../waitFor.ts';
import { GiteaRepository } from './giteaRepository.ts';
import type { GiteaSite, Person } from './giteaSite.ts';

/** A service that is connected to an organisation at a Gitea. */
export interface GiteaDeployment extends AsyncDisposable {
  readonly flotilla: TestService;
  /** Whose credential the service has. */
  readonly account: Person;
  readonly hostId: number;
  /** The repositories by the names that they were asked for with. */
  readonly repositories: ReadonlyMap<string, GiteaRepository>;
  /** What a person works in, of such a repository. */
  readonly cloneOf: (name: string) => Clone;
  readonly setCredential: (token: string) => Promise<void>;
  /** Runs an Action to its end, by those names. */
  readonly execute: (results: Readonly<Record<string, Changes | null>>) => Promise<number>;
}

export interface GiteaDeploymentOptions {
  readonly names?: readonly string[];
  /** Where the service finds the Gitea, such as at a proxy before it. */
  readonly location?: string;
}

/** Makes repositories with two files each in an organisation of their own, and opens a service that has fetched them. */
export async function giteaDeployment(
  site: GiteaSite,
  { names = ['web'], location = site.url }: GiteaDeploymentOptions = {},
): Promise<GiteaDeployment> {
  await using resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await temporaryFolder());
  const account = await site.makePerson('service');
  const owner = await site.makeOrganisation('campaigns', [account]);
  const repositories = new Map<string, GiteaRepository>();
  const clones = new Map<string, Clone>();
  for (const name of names) {
    const repository = await GiteaRepository.make(site, owner, { name });
    const url = site.gitUrl(site.admin, repository.name);
    const clone = await Clone.make(cloneFolder(folder, name), { url });
    await clone.commit('main', { 'a.txt': 'a\n', 'b.txt': 'b\n' }, { message: 'First' });
    await repository.untilFilled();
    repositories.set(name, repository);
    clones.set(name, clone);
  }
  const flotilla = resources.use(await testService({ config: { syncMs: 200 } }));
  const { service } = flotilla;
  const settings = { owners: [owner], username: account.login };
  const [row] = await service.sql<{ id: number }[]>`
    insert into code_hosts (kind, name, location, settings)
    values ('gitea', 'gitea', ${location}, ${service.sql.json(settings)}) returning id::float8 as id`;
  const hostId = row?.id ?? 0;
  const setCredential = (token: string) =>
    service.secrets.set('a test', credentialOf(hostId), new SecretValue(token));
  await setCredential(account.token);
  await service.codeHosts.takeUp();
  await waitFor('all repositories to be fetched', async () => {
    const listed = await flotilla.api.repositories.list.query();
    return names.length === listed.filter(({ reason }) => reason === null).length;
  });
  const owned = resources.move();
  return {
    flotilla,
    account,
    hostId,
    repositories,
    cloneOf(name) {
      const clone = clones.get(name);
      if (clone === undefined) throw new Error(`there is no repository ${name}`);
      return clone;
    },
    setCredential,
    execute: (results) =>
      execute(
        flotilla,
        Object.fromEntries(Object.entries(results).map(([name, changes]) => [`${owner}/${name}`, changes])),
        { sourceOf: (repository) => site.gitUrl(site.admin, repository) },
      ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
