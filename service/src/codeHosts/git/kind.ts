import type { CodeHostKind, GitAccess } from '../codeHost.ts';
import { giveCredential } from '../gitCredential.ts';
import { giveSshKey } from '../gitSshKey.ts';
import { HostError } from '../hostError.ts';
import { laneOwner } from '../laneOwner.ts';
import { remoteHeads, remotePush, type RemoteRepository } from '../remoteGit.ts';
import { abilities } from './abilities.ts';
import { describeRepository } from './describeRepository.ts';
import { list } from './list.ts';
import { parseAddress, repositoryUrls } from './repositoryUrls.ts';
import { settings } from './settings.ts';

/** A server of plain git over https or ssh, with a list of its repositories: it cannot say itself what it has. */
export const git: CodeHostKind = {
  protocols: ['https:', 'http:', 'ssh:'],
  open(location, given, context) {
    const parsed = settings.safeParse(given);
    if (!parsed.success) throw new Error('it has settings that a server of git does not have');
    const { urls, username, knownHosts } = parsed.data;
    const address = parseAddress(location);
    const { protocol } = address;
    const byName = repositoryUrls(address, urls);

    const access = async ({ name }: { readonly name: string }): Promise<GitAccess> => {
      const url = byName.get(name);
      if (url === undefined)
        throw new HostError('gone', `The repository ${name} is not among those of ${address.url.host}.`, {
          retry: 'backOff',
        });
      const secret = (await context.credential())?.reveal();
      const credential =
        protocol === 'ssh'
          ? await giveSshKey({ privateKey: secret, knownHosts })
          : await giveCredential(url, secret === undefined ? undefined : { username, password: secret });
      return { ...credential, url, protocol };
    };
    const withAccess = async <T>(name: string, use: (remote: RemoteRepository) => Promise<T>): Promise<T> => {
      await using opened = await access({ name });
      return await use({ access: opened, owner: laneOwner(context.hostId), name });
    };
    const describe = (name: string, signal: AbortSignal | undefined) =>
      withAccess(name, (remote) => describeRepository(remote, signal));

    return {
      kind: 'git',
      location,
      can: abilities,
      list: (signal) => list(byName.keys(), (name) => describe(name, signal), signal),
      async look({ name }, signal) {
        if (!byName.has(name)) return undefined;
        try {
          return await describe(name, signal);
        } catch (error) {
          if (error instanceof HostError && error.code === 'gone') return undefined;
          throw error;
        }
      },
      access,
      heads: ({ name }, branches, signal) =>
        withAccess(name, (remote) => remoteHeads(remote, branches, signal)),
      push: ({ name }, change, signal) => withAccess(name, (remote) => remotePush(remote, change, signal)),
    };
  },
};
