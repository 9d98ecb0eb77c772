import { mkdir, rename, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { messageOf } from '@flotilla/shared/errors';
import { maxHave } from '@flotilla/shared/protocol/base';
import { AttemptError } from '../endings/attemptError.ts';
import { namesIn } from '../files.ts';
import { requestBytes } from '../session/requestBytes.ts';
import { tooLargeFor } from './commitSize.ts';
import { git, GitError, GitLimitError } from './git.ts';

/** A service that sends nothing for so long is away: it may have to read through a large repository first. */
const silenceMs = 120_000;

export interface CommitRequest {
  /** Where the service gives the base of the Attempt. */
  readonly url: string;
  readonly leaseToken: string;
  readonly commit: string;
  /** What the Attempt may write, in bytes: a commit that takes more is not fetched to its end. */
  readonly diskBytes: number;
  readonly signal: AbortSignal;
}

/**
 * What a failed fetch says about the service: `away`, it could not be reached or could not answer; `cut`, the transfer
 * broke off; `fenced`, the lease token is not, or no longer, the Attempt's; `refused`, anything else, such as a commit
 * that it does not have.
 */
export type FetchFailure = 'away' | 'cut' | 'fenced' | 'refused';

/** A fetch that did not bring the commit. */
export class FetchError extends AttemptError {
  readonly failure: FetchFailure;

  constructor(commit: string, failure: FetchFailure, said: string, cause?: unknown) {
    super('git', `Commit ${commit} could not be fetched from the service: ${said}`, { cause });
    this.failure = failure;
  }
}

/**
 * Fetches one commit, depth 1, into a bare repository of commits that were fetched like this, and makes the ref, whose
 * folder has one for each of them. What is there is not sent again. Throws a {@link FetchError}, and an AttemptError that
 * lasts when the commit is too large.
 */
export async function fetchCommit(request: CommitRequest, gitDir: string, ref: string): Promise<void> {
  const { commit, signal } = request;
  const folder = dirname(join(gitDir, ref));
  const have = await namesIn(folder);
  const pack = await openPack(request, have.slice(-maxHave));
  await writeFile(join(gitDir, 'shallow'), [...have, commit].map((one) => `${one}\n`).join(''));
  try {
    // A pack that builds on nothing is looked through whether it is whole; another one shows it when it is checked out.
    const check = have.length === 0 ? ['--check-self-contained-and-connected'] : [];
    await git(['index-pack', '--stdin', '--fix-thin', ...check], { gitDir, input: pack, signal });
  } catch (error) {
    if (error instanceof GitLimitError) {
      const message = `Commit ${commit} takes more memory or time to be unpacked than git gets on a runner. Leave the repository out of the scope.`;
      throw new AttemptError('git', message, { cause: error, isLasting: true });
    }
    if (error instanceof GitError) throw new FetchError(commit, 'cut', error.stderr.trim(), error);
    throw error;
  }
  await writeRef(gitDir, ref, commit);
}

/** Whole or not at all; nobody else writes refs there. */
async function writeRef(gitDir: string, ref: string, commit: string): Promise<void> {
  const path = join(gitDir, 'ref.new');
  await writeFile(path, `${commit}\n`);
  await mkdir(dirname(join(gitDir, ref)), { recursive: true });
  await rename(path, join(gitDir, ref));
}

async function openPack(
  { url, leaseToken, commit, diskBytes, signal }: CommitRequest,
  have: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
  let response: IncomingMessage;
  try {
    response = await requestBytes(have.length === 0 ? url : `${url}?have=${have.join(',')}`, {
      token: leaseToken,
      keepsConnection: false,
      timeoutMs: silenceMs,
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw new Error('the fetch was given up', { cause: error });
    throw new FetchError(commit, 'away', messageOf(error), error);
  }
  if (response.statusCode === 200) return transfer(commit, response, diskBytes);
  const said = await text(response).catch(messageOf);
  const status = response.statusCode ?? 0;
  throw new FetchError(commit, failureOf(status), `${status} ${said}`);
}

/** A pack is no larger than its files. */
async function* transfer(
  commit: string,
  body: AsyncIterable<Uint8Array>,
  diskBytes: number,
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > diskBytes) throw tooLargeFor(commit, diskBytes);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof AttemptError) throw error;
    throw new FetchError(commit, 'cut', messageOf(error), error);
  }
}

function failureOf(status: number): FetchFailure {
  if (status === 401 || status === 410) return 'fenced';
  return status >= 500 ? 'away' : 'refused';
}
