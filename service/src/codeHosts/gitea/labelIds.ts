import { z } from 'zod';
import { HostError } from '../hostError.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import type { GiteaApi } from './giteaApi.ts';
import { pathOf } from './paths.ts';
import { label } from './schemas.ts';

/** Labels as Gitea takes them, and a sentence for each that there is not. */
export interface LabelIds {
  readonly ids: readonly number[];
  readonly warnings: readonly string[];
}

/** Gitea takes labels by id, and drops those that it does not know without a word. Those of a repository and of its owner count. */
export async function labelIds(
  api: GiteaApi,
  repository: RepositoryRef,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<LabelIds> {
  if (names.length === 0) return { ids: [], warnings: [] };
  const [owner = ''] = repository.name.split('/');
  const known = new Map<string, number>();
  for (const path of [`/orgs/${encodeURIComponent(owner)}/labels`, `${pathOf(repository)}/labels`]) {
    for (const { id, name } of await labelsAt(api, path, signal)) known.set(name, id);
  }
  return {
    ids: names.flatMap((name) => known.get(name) ?? []),
    warnings: names
      .filter((name) => !known.has(name))
      .map((name) => `${repository.name} has no label "${name}".`),
  };
}

/** None where the owner is no organisation, or the credential may not look at organisations. */
async function labelsAt(
  api: GiteaApi,
  path: string,
  signal: AbortSignal | undefined,
): Promise<readonly z.infer<typeof label>[]> {
  try {
    return await api.all(z.array(label), { method: 'GET', path }, signal);
  } catch (error) {
    const isNone = error instanceof HostError && (error.code === 'gone' || error.code === 'forbidden');
    if (isNone && path.startsWith('/orgs/')) return [];
    throw error;
  }
}
