import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { HostedRepository, HostListing } from '../codeHost.ts';
import type { GiteaApi } from './giteaApi.ts';
import { repository, type Repository } from './schemas.ts';
import type { Settings } from './settings.ts';

/** All repositories that are taken, each once. Throws a HostError where a page of them is missing. */
export async function list(api: GiteaApi, { owners }: Settings, signal?: AbortSignal): Promise<HostListing> {
  const found = new Map<number, Repository>();
  const paths =
    owners.length === 0
      ? ['/user/repos']
      : owners.map((owner) => `/users/${encodeURIComponent(owner)}/repos`);
  for (const path of paths) {
    for await (const page of api.pages(z.array(repository), { method: 'GET', path }, signal))
      for (const one of page) found.set(one.id, one);
  }
  return { repositories: [...found.values()].map(describe), unseen: [] };
}

/** A repository as Gitea describes it. Its head is learned by the fetch, which its fingerprint asks for. */
export function describe(one: Repository): HostedRepository {
  const branch = one.default_branch === '' ? null : `refs/heads/${one.default_branch}`;
  const isEmpty = one.empty || branch === null;
  return {
    externalId: String(one.id),
    name: one.full_name,
    defaultBranch: isEmpty ? null : branch,
    headCommit: null,
    fingerprint: createHash('sha256').update(`${one.updated_at}\n${one.default_branch}`).digest('hex'),
    reason: isEmpty ? 'it is empty: it has no branch yet' : null,
    facts: {
      url: one.html_url,
      archived: one.archived,
      fork: one.fork,
      visibility: one.internal ? 'internal' : one.private ? 'private' : 'public',
      description: one.description === '' ? null : one.description,
      topics: one.topics ?? [],
      language: one.language === '' ? null : one.language,
      pushedAt: new Date(one.updated_at),
    },
    ...(one.permissions !== undefined && { mayPush: one.permissions.push }),
    bytes: one.size * 1024,
  };
}
