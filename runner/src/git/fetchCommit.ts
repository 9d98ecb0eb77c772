import type { IncomingMessage } from 'node:http';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { messageOf } from '@flotilla/shared/errors';
import { maxHave } from '@flotilla/shared/protocol/base';
import { namesIn } from '../files.ts';
import { AttemptError } from '../jobs/attemptError.ts';
import { requestBytes } from '../session/requestBytes.ts';
import { git, GitError } from './git.ts';

/** A service that sends nothing for so long is away: it may have to read through a large repository first. */
const silenceMs = 120_000;

export interface CommitRequest {
  /** Where the service gives the base of the Attempt. */
  readonly url: string;
  readonly leaseToken: string;
  readonly commit: string;
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
 * folder has one for each of them. What is there is not sent again. Throws a {@link FetchError}.
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
  { url, leaseToken, commit, signal }: CommitRequest,
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
  if (response.statusCode === 200) return transfer(commit, response);
  const said = await text(response).catch(messageOf);
  const status = response.statusCode ?? 0;
  throw new FetchError(commit, failureOf(status), `${status} ${said}`);
}

async function* transfer(commit: string, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new FetchError(commit, 'cut', messageOf(error), error);
  }
}

function failureOf(status: number): FetchFailure {
  if (status === 401 || status === 410) return 'fenced';
  return status >= 500 ? 'away' : 'refused';
}
