import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { HostedRepository, HostListing } from '../codeHost.ts';
import { unsoundName } from '../unsoundName.ts';
import type { GiteaApi } from './giteaApi.ts';
import { encoded, fullName, pathOf } from './paths.ts';
import { branch, repository, type Repository } from './schemas.ts';
import type { Settings } from './settings.ts';

/** Gitea's times are whole seconds, and it notes a push only after it has answered. */
const settledMs = 3000;

/** All repositories that are taken, each once. Throws a HostError where a page of them is missing. */
export async function list(api: GiteaApi, { owners }: Settings, signal?: AbortSignal): Promise<HostListing> {
  const found = new Map<number, HostedRepository>();
  const paths =
    owners.length === 0
      ? ['/user/repos']
      : owners.map((owner) => `/users/${encodeURIComponent(owner)}/repos`);
  for (const path of paths) {
    for await (const { items, hostTime } of api.pages(z.array(repository), { method: 'GET', path }, signal))
      for (const one of items) found.set(one.id, describe(one, hostTime));
  }
  return { repositories: [...found.values()], unseen: [] };
}

/** One repository, with its head; undefined when it is gone. Throws a HostError. */
export async function lookAtRepository(
  api: GiteaApi,
  path: string,
  signal?: AbortSignal,
): Promise<HostedRepository | undefined> {
  const found = await api.readAtTime(repository, { method: 'GET', path }, signal);
  if (found === undefined) return undefined;
  const described = describe(found.value, found.hostTime);
  if (described.reason !== null) return described;
  const head = await api.readIfThere(
    branch,
    { method: 'GET', path: `${pathOf(described)}/branches/${encoded(found.value.default_branch)}` },
    signal,
  );
  return { ...described, headCommit: head?.commit.id ?? null };
}

/**
 * A repository as Gitea describes it at a time of its own. Its head is not said: the mirror knows it after the fetch, which another
 * fingerprint asks for.
 */
function describe(one: Repository, hostTime: number): HostedRepository {
  const defaultBranch = one.empty || one.default_branch === '' ? null : fullName(one.default_branch);
  const updatedAt = Date.parse(one.updated_at);
  // Another push in the same second would leave the same time behind: such a one is fetched once more.
  const unsettled = hostTime - updatedAt < settledMs ? `\n${randomUUID()}` : '';
  const parts = `${one.updated_at}\n${one.default_branch}${unsettled}`;
  const reason =
    unsoundName(one.full_name) ?? (defaultBranch === null ? 'it is empty: it has no branch yet' : null);
  return {
    externalId: String(one.id),
    name: one.full_name,
    defaultBranch,
    headCommit: null,
    fingerprint: createHash('sha256').update(parts).digest('hex'),
    reason,
    facts: {
      url: one.html_url,
      archived: one.archived,
      fork: one.fork,
      visibility: one.internal ? 'internal' : one.private ? 'private' : 'public',
      description: one.description === '' ? null : one.description,
      topics: one.topics ?? [],
      language: one.language === '' ? null : one.language,
      pushedAt: new Date(updatedAt),
    },
    ...(one.permissions !== undefined && { mayPush: one.permissions.push }),
    bytes: one.size * 1024,
  };
}
