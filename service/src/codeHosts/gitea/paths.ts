import type { PullRequestRef } from '../pullRequests.ts';
import type { RepositoryRef } from '../repositoryRef.ts';

const prefix = 'refs/heads/';

/** A branch as Gitea names it: without `refs/heads/`. */
export function shortName(branch: string): string {
  return branch.startsWith(prefix) ? branch.slice(prefix.length) : branch;
}

/** `refs/heads/…` */
export function fullName(branch: string): string {
  return prefix + branch;
}

/** Parts of a path that are names, which may have any character. */
export function encoded(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** Where the API has a repository. */
export function pathOf({ name }: RepositoryRef): string {
  return `/repos/${encoded(name)}`;
}

/** Where the API has a pull request. */
export function pullOf({ repository, number }: PullRequestRef): string {
  return `${pathOf(repository)}/pulls/${number}`;
}

/** Where the API has it as what it has in common with issues. */
export function issueOf({ repository, number }: PullRequestRef): string {
  return `${pathOf(repository)}/issues/${number}`;
}
