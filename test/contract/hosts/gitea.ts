import { randomUUID } from 'node:crypto';
import type { RepositoryRef } from '../../../service/src/codeHosts/repositoryRef.ts';
import { gitea } from '../../../service/src/codeHosts/gitea/kind.ts';
import { SecretValue } from '../../../service/src/secrets/secretValue.ts';
import { GiteaRepository } from '../../support/gitea/giteaRepository.ts';
import type { GiteaSite, Person } from '../../support/gitea/giteaSite.ts';
import { startGitea } from '../../support/gitea/startGitea.ts';
import { noCredential } from '../../support/scriptedHost.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { Clone, cloneFolder } from '../clone.ts';
import type { ContractHost, ContractKind, PullRequestsByHand, RepositoryByHand } from '../contractHost.ts';

const away = 'http://127.0.0.1:1';

/** A real Gitea. The service is a member of an organisation there, and no administrator. */
export const giteaKind: ContractKind = {
  name: 'Gitea',
  can: gitea.open(away, {}, noCredential).can,
  takesToken: true,
  async open(): Promise<ContractHost> {
    await using resources = new AsyncDisposableStack();
    const { path: folder } = resources.use(await temporaryFolder());
    const { site } = resources.use(await startGitea());
    const [service, reviewer] = [await site.makePerson('service'), await site.makePerson('reviewer')];
    const owner = await site.makeOrganisation('contract', [service, reviewer]);
    const forks = await site.makeOrganisation('forks');
    const openAt = (location: string, secret: string | undefined) => {
      const credential = secret === undefined ? undefined : new SecretValue(secret);
      const settings = { owners: [owner, forks], username: service.login };
      return gitea.open(location, settings, { hostId: 0, credential: () => Promise.resolve(credential) });
    };
    const owned = resources.move();
    return {
      host: openAt(site.url, service.token),
      secret: service.token,
      away,
      openAt: ({ location = site.url, ...other }) =>
        openAt(location, 'secret' in other ? other.secret : service.token),
      async makeRepository({ files = { 'a.txt': 'a\n', 'b.txt': 'b\n' }, empty = false, ...more } = {}) {
        const repository = await GiteaRepository.make(site, owner, more);
        const remote = { url: site.gitUrl(site.admin, repository.name) };
        const clone = await Clone.make(cloneFolder(folder, repository.name), remote);
        if (!empty) {
          await clone.commit('main', files, { message: 'First' });
          await repository.untilFilled();
        }
        return byHand(repository, clone, { service, reviewer, forks, site, folder });
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

interface Around {
  readonly service: Person;
  readonly reviewer: Person;
  /** An organisation for forks. */
  readonly forks: string;
  readonly site: GiteaSite;
  readonly folder: string;
}

function byHand(repository: GiteaRepository, clone: Clone, around: Around): RepositoryByHand {
  const ref: RepositoryRef = { externalId: String(repository.id), name: repository.name };
  return {
    ref,
    clone,
    async protect(branch) {
      await repository.protect(branch, { enable_push: false });
      return /protected branch/i;
    },
    archive: () => repository.change({ archived: true }),
    async fork() {
      const { id, full_name: name } = await repository.fork(around.site.admin, {
        organization: around.forks,
      });
      return { externalId: String(id), name };
    },
    async rename() {
      const name = `renamed-${randomUUID().slice(0, 8)}`;
      await repository.change({ name });
      return repository.name.replace(/[^/]*$/, name);
    },
    pullRequests: pullRequestsByHand(repository, around),
  };
}

function pullRequestsByHand(
  repository: GiteaRepository,
  { service, reviewer, site, folder }: Around,
): PullRequestsByHand {
  const opinions = { approve: 'APPROVED', requestChanges: 'REQUEST_CHANGES', comment: 'COMMENT' };
  return {
    service: service.login,
    reviewer: reviewer.login,
    makeLabel: (name) => repository.makeLabel(name),
    switchOff: () => repository.change({ has_pull_requests: false }),
    async openFromFork(branch) {
      const { full_name: name } = await repository.fork(reviewer, {
        name: `fork-${randomUUID().slice(0, 8)}`,
      });
      const remote = { url: site.gitUrl(reviewer, name) };
      const clone = await Clone.make(cloneFolder(folder, name), remote);
      await clone.commit(branch, { 'fork.txt': 'from a fork\n' });
      return repository.openPullRequest(reviewer, { head: `${reviewer.login}:${branch}` });
    },
    merge: (number) => repository.merge(number),
    close: (number) => repository.changePullRequest(number, { state: 'closed' }),
    retitle: (number, title) => repository.changePullRequest(number, { title }),
    comments: (number) => repository.comments(number),
    review: (number, opinion) => repository.review(number, reviewer, opinions[opinion]),
    report: (commit, state) => repository.report(commit, state),
    requireCheck: (branch) =>
      repository.protect(branch, {
        enable_push: true,
        enable_status_check: true,
        status_check_contexts: ['test'],
      }),
  };
}
