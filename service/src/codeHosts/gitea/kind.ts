import { z } from 'zod';
import type { CodeHostKind, GitAccess } from '../codeHost.ts';
import { giveCredential } from '../gitCredential.ts';
import { HostError } from '../hostError.ts';
import { remoteHeads, remotePush, type RemoteRepository } from '../remoteGit.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import { abilities } from './abilities.ts';
import { GiteaApi } from './giteaApi.ts';
import { describe, list } from './list.ts';
import { giteaPullRequests } from './pullRequests.ts';
import { repository as repositorySchema } from './schemas.ts';
import { settings } from './settings.ts';

/** A Gitea or Forgejo, by its address. Repositories are known by their ids there. */
export const gitea: CodeHostKind = {
  open(location, given, context) {
    const parsed = settings.safeParse(given);
    if (!parsed.success) throw new Error('it has settings that a Gitea does not have');
    const own = parsed.data;
    const base = location.replace(/\/$/, '');
    const { protocol } = new URL(base);
    if (protocol !== 'https:' && protocol !== 'http:')
      throw new Error('its address is neither https nor http');
    const api = new GiteaApi(base, context);

    const access = async ({ name }: RepositoryRef): Promise<GitAccess> => {
      const token = await context.credential();
      const given = await giveCredential(
        token === undefined ? undefined : { username: own.username, password: token.reveal() },
      );
      const url = `${base}/${name.split('/').map(encodeURIComponent).join('/')}.git`;
      return { ...given, url, protocol: protocol === 'https:' ? 'https' : 'http' };
    };
    const withAccess = async <T>(
      repository: RepositoryRef,
      use: (remote: RemoteRepository) => Promise<T>,
    ): Promise<T> => {
      await using given = await access(repository);
      return await use({ access: given, owner: `host:${base}`, name: repository.name });
    };

    return {
      kind: 'gitea',
      location,
      can: abilities,
      list: (signal) => list(api, own, signal),
      async account(signal) {
        const { login } = await api.read(
          z.object({ login: z.string() }),
          { method: 'GET', path: '/user' },
          signal,
        );
        return login;
      },
      async look({ externalId, name }, signal) {
        const path = externalId === null ? `/repos/${name}` : `/repositories/${externalId}`;
        try {
          return describe(await api.read(repositorySchema, { method: 'GET', path }, signal));
        } catch (error) {
          if (error instanceof HostError && error.code === 'gone') return undefined;
          throw error;
        }
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
