import { z } from 'zod';
import { HostError } from '../hostError.ts';
import type {
  ChangedPullRequest,
  PullRequest,
  PullRequestRef,
  PullRequests,
  WantedPullRequest,
} from '../pullRequests.ts';
import type { RepositoryRef } from '../repositoryRef.ts';
import type { GiteaApi } from './giteaApi.ts';
import { pullRequestView, titleOf, type Besides } from './pullRequestView.ts';
import { combinedStatus, pullRequest, review, type RawPullRequest } from './schemas.ts';

const prefix = 'refs/heads/';
const short = (ref: string) => (ref.startsWith(prefix) ? ref.slice(prefix.length) : ref);
const pathOf = ({ name }: RepositoryRef) => `/repos/${name.split('/').map(encodeURIComponent).join('/')}`;
const pullOf = ({ repository, number }: PullRequestRef) => `${pathOf(repository)}/pulls/${number}`;

/** Pages of pull requests, the latest first, that are looked through for those of one branch. */
const mostPages = 20;

/** Pull requests of a Gitea or Forgejo. */
export function giteaPullRequests(api: GiteaApi): PullRequests {
  return {
    async find(repository, { headRef, baseRef }, signal) {
      const found: RawPullRequest[] = [];
      const query = {
        state: 'all',
        sort: 'recentupdate',
        ...(baseRef !== undefined && { base_branch: short(baseRef) }),
      };
      const request = { method: 'GET', path: `${pathOf(repository)}/pulls`, query } as const;
      let pages = 0;
      for await (const page of api.pages(z.array(pullRequest.nullable()), request, signal)) {
        for (const one of page) {
          // One from a fork has a branch of the same name that is another one.
          const isOfBranch = one?.head.ref === short(headRef) && one.head.repo_id === one.base.repo_id;
          if (isOfBranch && (baseRef === undefined || one.base.ref === short(baseRef))) found.push(one);
        }
        if ((pages += 1) === mostPages) break;
      }
      return Promise.all(
        found.toSorted((a, b) => b.number - a.number).map((raw) => complete(api, repository, raw, signal)),
      );
    },

    async create(repository, wanted, signal) {
      const { ids, warnings } = await labelIds(api, repository, wanted.labels, signal);
      const request = {
        method: 'POST',
        path: `${pathOf(repository)}/pulls`,
        body: {
          head: short(wanted.headRef),
          base: short(wanted.baseRef),
          title: titleOf(wanted.title, wanted.draft),
          body: wanted.body,
          labels: ids,
          assignees: wanted.assignees,
          reviewers: wanted.reviewers,
          team_reviewers: wanted.teamReviewers,
        },
      } as const;
      try {
        const raw = await api.read(pullRequest, request, signal);
        return { pullRequest: pullRequestView(repository, raw), warnings };
      } catch (error) {
        throw await ofCreate(api, error, repository, wanted, signal);
      }
    },

    async update(was, change, signal): Promise<ChangedPullRequest> {
      const { repository } = was;
      const body: Record<string, unknown> = {};
      const warnings: string[] = [];
      if (change.title !== undefined || change.draft !== undefined)
        body['title'] = titleOf(change.title ?? was.title, change.draft ?? was.draft);
      if (change.body !== undefined) body['body'] = change.body;
      if (change.baseRef !== undefined) body['base'] = short(change.baseRef);
      if (change.assignees !== undefined) body['assignees'] = change.assignees;
      if (change.labels !== undefined) {
        const labels = await labelIds(api, repository, change.labels, signal);
        body['labels'] = labels.ids;
        warnings.push(...labels.warnings);
      }
      let raw: RawPullRequest | undefined;
      if (Object.keys(body).length > 0)
        raw = await api.read(pullRequest, { method: 'PATCH', path: pullOf(was), body }, signal);
      for (const login of change.reviewers ?? []) {
        const warning = await requestReview(api, was, { reviewers: [login] }, signal);
        if (warning !== undefined) warnings.push(warning);
      }
      for (const team of change.teamReviewers ?? []) {
        const warning = await requestReview(api, was, { team_reviewers: [team] }, signal);
        if (warning !== undefined) warnings.push(warning);
      }
      raw ??= await api.read(pullRequest, { method: 'GET', path: pullOf(was) }, signal);
      return { pullRequest: await complete(api, repository, raw, signal), warnings };
    },

    async setState(ref, to, signal) {
      const raw = await api.read(
        pullRequest,
        { method: 'PATCH', path: pullOf(ref), body: { state: to } },
        signal,
      );
      return pullRequestView(ref.repository, raw);
    },

    async merge(ref, { method, head, when }, signal) {
      const body = {
        Do: method === 'rebase' ? 'rebase' : method,
        head_commit_id: head,
        merge_when_checks_succeed: when === 'ready',
      };
      try {
        await api.send({ method: 'POST', path: `${pullOf(ref)}/merge`, body }, signal);
      } catch (error) {
        throw ofMerge(error);
      }
      const raw = await api.read(pullRequest, { method: 'GET', path: pullOf(ref) }, signal);
      return complete(api, ref.repository, raw, signal);
    },

    async comment(ref, { text, key }, signal) {
      const path = `${pathOf(ref.repository)}/issues/${ref.number}/comments`;
      const marker = `<!-- flotilla:${key} -->`;
      const comments = z.array(z.object({ body: z.string() }));
      const there = await api.read(comments, { method: 'GET', path }, signal);
      if (there.some(({ body }) => body.includes(marker))) return;
      await api.send({ method: 'POST', path, body: { body: `${text}\n\n${marker}` } }, signal);
    },

    async *read(refs, signal) {
      for (const ref of refs) yield [ref, await readOne(api, ref, signal)];
    },

    async *changedSince(since, repositories, signal) {
      const wanted = new Map(repositories.map((one) => [one.name, one]));
      const query = { type: 'pulls', state: 'all', since: new Date(since).toISOString() };
      const issue = z.object({ number: z.number().int(), repository: z.object({ full_name: z.string() }) });
      const request = { method: 'GET', path: '/repos/issues/search', query } as const;
      for await (const page of api.pages(z.array(issue), request, signal)) {
        for (const { number, repository } of page) {
          const ref = wanted.get(repository.full_name);
          if (ref !== undefined) yield { repository: ref, number, externalId: null };
        }
      }
    },
  };
}

async function readOne(
  api: GiteaApi,
  ref: PullRequestRef,
  signal: AbortSignal | undefined,
): Promise<PullRequest | null> {
  try {
    const raw = await api.read(pullRequest, { method: 'GET', path: pullOf(ref) }, signal);
    return await complete(api, ref.repository, raw, signal);
  } catch (error) {
    if (error instanceof HostError && error.code === 'gone') return null;
    throw error;
  }
}

/** With its reviews and checks, which take two more requests; of one that is closed nobody asks. */
async function complete(
  api: GiteaApi,
  repository: RepositoryRef,
  raw: RawPullRequest,
  signal: AbortSignal | undefined,
): Promise<PullRequest> {
  if (raw.state !== 'open') return pullRequestView(repository, raw);
  const path = pathOf(repository);
  const reviews = await api.read(
    z.array(review).nullable(),
    { method: 'GET', path: `${path}/pulls/${raw.number}/reviews`, query: { limit: 50 } },
    signal,
  );
  const status = await api.read(
    combinedStatus,
    { method: 'GET', path: `${path}/commits/${raw.head.sha}/status` },
    signal,
  );
  const besides: Besides = { reviews: reviews ?? [], checks: checksOf(status) };
  return pullRequestView(repository, raw, besides);
}

function checksOf({ state, total_count: count }: z.infer<typeof combinedStatus>): PullRequest['checks'] {
  if (count === 0 || state === '') return null;
  if (state === 'pending') return 'pending';
  return state === 'success' || state === 'skipped' ? 'passed' : 'failed';
}

/** Gitea takes labels by id, and drops those that it does not know without a word. */
async function labelIds(
  api: GiteaApi,
  repository: RepositoryRef,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly ids: readonly number[]; readonly warnings: readonly string[] }> {
  if (names.length === 0) return { ids: [], warnings: [] };
  const label = z.array(z.object({ id: z.number().int(), name: z.string() }));
  const known = new Map<string, number>();
  const [owner = ''] = repository.name.split('/');
  const ofOwner = { method: 'GET', path: `/orgs/${encodeURIComponent(owner)}/labels` } as const;
  const own = { method: 'GET', path: `${pathOf(repository)}/labels` } as const;
  for (const request of [ofOwner, own]) {
    try {
      for await (const page of api.pages(label, request, signal))
        for (const { id, name } of page) known.set(name, id);
    } catch (error) {
      // A user is no organisation.
      if (!(error instanceof HostError && error.code === 'gone' && request === ofOwner)) throw error;
    }
  }
  return {
    ids: names.flatMap((name) => known.get(name) ?? []),
    warnings: names
      .filter((name) => !known.has(name))
      .map((name) => `${repository.name} has no label "${name}".`),
  };
}

/** Asks somebody for a review; answers why that cannot be. */
async function requestReview(
  api: GiteaApi,
  ref: PullRequestRef,
  body: { readonly reviewers?: readonly string[]; readonly team_reviewers?: readonly string[] },
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    await api.send({ method: 'POST', path: `${pullOf(ref)}/requested_reviewers`, body }, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof HostError) || error.code === 'unavailable' || error.code === 'rateLimited')
      throw error;
    const [who = ''] = [...(body.reviewers ?? []), ...(body.team_reviewers ?? [])];
    return `${who} cannot be asked for a review: ${error.message}`;
  }
}

/** What a refusal to open one means. */
async function ofCreate(
  api: GiteaApi,
  error: unknown,
  repository: RepositoryRef,
  wanted: WantedPullRequest,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (!(error instanceof HostError)) return error;
  if (error.code === 'exists') {
    const number = Number(/issue_id: (\d+)/.exec(error.message)?.[1]);
    const existing = Number.isSafeInteger(number) ? { repository, number, externalId: null } : undefined;
    return new HostError('exists', error.message, {
      retry: 'never',
      ...(existing !== undefined && { existing }),
    });
  }
  if (error.code !== 'gone') return error;
  // It says as little of a branch that is missing as of a repository.
  const missing = async (branch: string) => {
    const path = `${pathOf(repository)}/branches/${encodeURIComponent(short(branch))}`;
    return (await readOrGone(api, path, signal)) === 'gone';
  };
  if (await missing(wanted.baseRef))
    return new HostError('baseMissing', `${repository.name} has no branch ${short(wanted.baseRef)}.`, {
      retry: 'never',
    });
  if (await missing(wanted.headRef))
    return new HostError('headMissing', `${repository.name} has no branch ${short(wanted.headRef)}.`, {
      retry: 'backOff',
    });
  return error;
}

async function readOrGone(
  api: GiteaApi,
  path: string,
  signal: AbortSignal | undefined,
): Promise<'there' | 'gone'> {
  try {
    await api.send({ method: 'GET', path }, signal);
    return 'there';
  } catch (error) {
    if (error instanceof HostError && error.code === 'gone') return 'gone';
    throw error;
  }
}

/** What a refusal to merge means: of the same status are a wrong head and a conflict. */
function ofMerge(error: unknown): unknown {
  if (!(error instanceof HostError)) return error;
  if (error.code === 'exists')
    return /head/i.test(error.message)
      ? new HostError('stale', `Its branch has moved since it was looked at. (${error.message})`, {
          retry: 'backOff',
        })
      : new HostError('conflict', `It conflicts with its base. (${error.message})`, { retry: 'never' });
  if (error.code === 'invalid')
    return new HostError('notReady', `It cannot be merged yet. (${error.message})`, { retry: 'backOff' });
  return error;
}
