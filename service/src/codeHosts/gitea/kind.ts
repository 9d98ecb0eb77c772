import { z } from 'zod';
import type { CodeHostKind, GitAccess } from '../codeHost.ts';
import { giveCredential } from '../gitCredential.ts';
import { laneOwner } from '../laneOwner.ts';
import { remoteHeads, remotePush, type RemoteRepository } from '../remoteGit.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import { abilities } from './abilities.ts';
import { GiteaApi } from './giteaApi.ts';
import { list, lookAtRepository } from './list.ts';
import { encoded, pathOf } from './paths.ts';
import { giteaPullRequests } from './pullRequests.ts';
import { account } from './schemas.ts';
import { settings } from './settings.ts';

/** A Gitea or Forgejo, by its address. Repositories are known by their ids there. */
export const gitea: CodeHostKind = {
  protocols: ['https:', 'http:'],
  open(location, given, context) {
    const parsed = settings.safeParse(given);
    if (!parsed.success) throw new Error('it has settings that a Gitea does not have');
    const own = parsed.data;
    const address = z.url({ protocol: /^https?$/ }).safeParse(location);
    if (!address.success) throw new Error('its address is neither https nor http');
    const { protocol, username, password } = new URL(location);
    if (username !== '' || password !== '') throw new Error('its address has a credential in it');
    const base = location.replace(/\/+$/, '');
    const api = new GiteaApi(base, context);

    const access = async ({ name }: RepositoryRef): Promise<GitAccess> => {
      const token = await context.credential();
      const url = `${base}/${encoded(name)}.git`;
      const given = await giveCredential(
        url,
        token === undefined ? undefined : { username: own.username, password: token.reveal() },
      );
      return { ...given, url, protocol: protocol === 'https:' ? 'https' : 'http' };
    };
    const withAccess = async <T>(
      repository: RepositoryRef,
      use: (remote: RemoteRepository) => Promise<T>,
    ): Promise<T> => {
      await using given = await access(repository);
      return await use({ access: given, owner: laneOwner(context.hostId), name: repository.name });
    };

    return {
      kind: 'gitea',
      location,
      can: abilities,
      list: (signal) => list(api, own, signal),
      account: async (signal) => (await api.read(account, { method: 'GET', path: '/user' }, signal)).login,
      async look(ref, signal) {
        const path =
          ref.externalId === null ? pathOf(ref) : `/repositories/${encodeURIComponent(ref.externalId)}`;
        return lookAtRepository(api, path, signal);
      },
      access,
      heads: (repository, branches, signal) =>
        withAccess(repository, (remote) => remoteHeads(remote, branches, signal)),
      push: (repository, change, signal) =>
        withAccess(repository, (remote) => remotePush(remote, change, signal)),
      pullRequests: giteaPullRequests(api),
    };
  },
};
