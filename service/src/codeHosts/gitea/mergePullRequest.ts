import { sleep } from '@flotilla/launcher/sleep';
import type { ApiRequest } from '../apiClient.ts';
import { HostError } from '../hostError.ts';
import type { MergeMethod, PullRequest, PullRequestRef } from '../pullRequests.ts';
import { readPullRequest } from './complete.ts';
import type { GiteaApi } from './giteaApi.ts';
import { pullOf } from './paths.ts';

/** How often Gitea is asked while it has not looked at a pull request, and how long it has between. */
const mostTries = 5;
const betweenTriesMs = 500;

/** Merges a pull request if its head is the commit that is named; `ready` lets Gitea do it when its checks have succeeded. */
export async function mergePullRequest(
  api: GiteaApi,
  ref: PullRequestRef,
  {
    method,
    head,
    when,
  }: { readonly method: MergeMethod; readonly head: string; readonly when: 'now' | 'ready' },
  signal: AbortSignal | undefined,
): Promise<PullRequest> {
  const before = await requireThere(api, ref, signal);
  if (before.state === 'merged') return before;
  if (before.state === 'closed')
    throw new HostError('notReady', `${nameOf(ref)} is closed. Reopen it first.`, { retry: 'never' });
  // What Gitea is to do later it does with whatever the head is then, and asks for none now.
  if (before.headCommit !== head) throw stale(ref);
  const body = { Do: method, head_commit_id: head, merge_when_checks_succeed: when === 'ready' };
  try {
    await sendWhenLookedAt(api, { method: 'POST', path: `${pullOf(ref)}/merge`, body }, signal);
  } catch (error) {
    const meaning = meaningOf(error, ref);
    // Somebody else was faster, or it was arranged already.
    const after = await requireThere(api, ref, signal);
    const isArranged =
      when === 'ready' && error instanceof HostError && /already scheduled/i.test(error.message);
    if (after.state === 'merged' || isArranged) return after;
    throw meaning;
  }
  return requireThere(api, ref, signal);
}

/** After a push Gitea looks first whether there is a conflict, and wants to be asked again; it says the same of a conflict. */
async function sendWhenLookedAt(
  api: GiteaApi,
  request: ApiRequest,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await api.send(request, signal);
    } catch (error) {
      const isAsked = error instanceof HostError && /try again later/i.test(error.message);
      if (!isAsked || tries === mostTries) throw error;
      await sleep(betweenTriesMs, signal ?? new AbortController().signal);
      signal?.throwIfAborted();
    }
  }
}

async function requireThere(
  api: GiteaApi,
  ref: PullRequestRef,
  signal: AbortSignal | undefined,
): Promise<PullRequest> {
  const found = await readPullRequest(api, ref, signal);
  if (found === undefined)
    throw new HostError('gone', `${nameOf(ref)} is not there any more.`, { retry: 'never' });
  return found;
}

/** What a refusal to merge means: of the same status are a wrong head, a conflict and a rule of the repository. */
function meaningOf(error: unknown, ref: PullRequestRef): unknown {
  if (!(error instanceof HostError)) return error;
  const { message: said, cause } = error;
  if (error.code === 'exists') {
    if (/out of date/i.test(said)) return stale(ref, error);
    if (/PushRejected/.test(said))
      return new HostError('forbidden', `A rule of its repository forbids it. ${said}`, {
        retry: 'never',
        cause,
      });
    return new HostError('conflict', `${nameOf(ref)} conflicts with its base.`, {
      retry: 'never',
      cause: error,
    });
  }
  if (error.code !== 'invalid') return error;
  if (/merge style/i.test(said))
    return new HostError('forbidden', `Its repository does not allow this way to merge. ${said}`, {
      retry: 'never',
      cause,
    });
  return new HostError('notReady', `${nameOf(ref)} cannot be merged yet. ${said}`, {
    retry: 'backOff',
    cause,
  });
}

function stale(ref: PullRequestRef, cause?: unknown): HostError {
  return new HostError('stale', `The branch of ${nameOf(ref)} has moved since it was looked at.`, {
    retry: 'backOff',
    cause,
  });
}

function nameOf({ repository, number }: PullRequestRef): string {
  return `${repository.name}#${number}`;
}
