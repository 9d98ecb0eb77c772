import { z } from 'zod';
import { HostError } from '../hostError.ts';
import type { PullRequest, PullRequestRef } from '../pullRequests.ts';
import type { GiteaApi } from './giteaApi.ts';
import { pathOf, pullOf } from './paths.ts';

/** Those of some people whom a pull request can be assigned to, and a sentence for each of the others. */
export async function assignable(
  api: GiteaApi,
  { repository }: PullRequestRef,
  logins: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly logins: readonly string[]; readonly warnings: readonly string[] }> {
  if (logins.length === 0) return { logins, warnings: [] };
  const request = { method: 'GET', path: `${pathOf(repository)}/assignees` } as const;
  const people = await api.read(z.array(z.object({ login: z.string() })), request, signal);
  const known = new Set(people.map(({ login }) => login.toLowerCase()));
  const isKnown = (login: string) => known.has(login.toLowerCase());
  return {
    logins: logins.filter(isKnown),
    warnings: logins
      .filter((login) => !isKnown(login))
      .map((login) => `${login} cannot be assigned in ${repository.name}.`),
  };
}

/** Whom Gitea asks for reviews, as its requests name them. */
const kinds = { reviewers: 'reviewers', teamReviewers: 'team_reviewers' } as const;

/**
 * Asks for the reviews that are wanted and takes back those that are not: all at once, and one by one where one of them cannot be; a
 * sentence for each such.
 */
export async function changeReviewers(
  api: GiteaApi,
  was: PullRequest,
  wanted: { readonly reviewers?: readonly string[]; readonly teamReviewers?: readonly string[] },
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const path = `${pullOf(was)}/requested_reviewers`;
  const warnings: string[] = [];
  const change = async (method: 'POST' | 'DELETE', kind: keyof typeof kinds, names: readonly string[]) => {
    if (names.length === 0) return;
    try {
      await api.send({ method, path, body: { [kinds[kind]]: names } }, signal);
    } catch (error) {
      if (!isAboutThem(error)) throw error;
      const [first, ...others] = names;
      if (others.length === 0) warnings.push(`${first} cannot be asked for a review: ${error.message}`);
      else for (const name of names) await change(method, kind, [name]);
    }
  };
  for (const kind of ['reviewers', 'teamReviewers'] as const) {
    const names = wanted[kind];
    if (names === undefined) continue;
    await change(
      'POST',
      kind,
      names.filter((name) => !was[kind].includes(name)),
    );
    await change(
      'DELETE',
      kind,
      was[kind].filter((name) => !names.includes(name)),
    );
  }
  return warnings;
}

/** Whether a refusal is one of who was named, and not of the host as a whole. */
export function isAboutThem(error: unknown): error is HostError {
  return error instanceof HostError && ['gone', 'invalid', 'forbidden'].includes(error.code);
}
