import type { Logger } from 'pino';
import type { CodeHost, HostedRepository } from '../codeHosts/codeHost.ts';
import type { Sql } from '../db/database.ts';
import { sessionLocks, type LockSession } from '../db/sessionLock.ts';
import { GitLimitError } from '../git/git.ts';
import type { Mirrors } from './mirrors.ts';
import { oneReason } from './oneReason.ts';
import { storeFacts } from './queries/storeFacts.ts';
import { storeFailure } from './queries/storeFailure.ts';

export interface BringInContext {
  readonly sql: Sql;
  readonly mirrors: Mirrors;
  readonly hostId: number;
  readonly host: CodeHost;
  readonly locks: LockSession;
  readonly logger: Logger;
}

/** A repository that has moved. */
export interface Moved {
  /** Of its row. */
  readonly id: number;
  readonly repository: HostedRepository;
  /** When its host was asked for what is said of it, by the database's clock. */
  readonly askedAt: string;
}

export interface BringInLimits {
  /** Whether to wait for who else works on its mirror. */
  readonly wait: boolean;
  /** Of the fetch. */
  readonly timeLimitMs: number;
  /** Whether it is tried again with more time when that is not enough: then nothing is said of it yet. */
  readonly isFirstTry: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What came of it: an Error says why it could not be fetched; `busy`, that somebody else is at its mirror. */
type Brought = 'done' | 'busy' | 'slow' | Error;

/**
 * Fetches a repository into its mirror and stores what is known of it then, with nobody else at that mirror: its head is not
 * the table's before it is pinned, and keeps its pin. Why it could not be fetched is stored as well. A first try that took too
 * long is `slow`, and leaves the row as it was. Throws when the lock is lost.
 */
export async function bringIn(
  context: BringInContext,
  { id, repository, askedAt }: Moved,
  { wait, timeLimitMs, isFirstTry, signal: leaving }: BringInLimits,
): Promise<Brought> {
  const { sql, locks } = context;
  await using lock = await locks.take(sessionLocks.mirror(id), { wait, signal: leaving });
  if (lock === undefined) return 'busy';
  // Others may be at the mirror as soon as the lock is lost.
  const signal = leaving === undefined ? locks.lost : AbortSignal.any([leaving, locks.lost]);
  const fetched =
    repository.reason === null ? await fetch(context, id, repository, { timeLimitMs, signal }) : repository;
  if (isFirstTry && fetched instanceof GitLimitError && fetched.limit === 'time') return 'slow';
  if (fetched instanceof Error) {
    await storeFailure(sql, id, failureReason(fetched), askedAt);
    return fetched;
  }
  await storeFacts(sql, id, fetched, askedAt);
  return 'done';
}

/** Why it could not be fetched, as a reason of the repository. */
export function failureReason(failure: unknown): string {
  return `it could not be fetched: ${oneReason(failure)}`;
}

/** With the head that its mirror has by now, where its host does not say one. */
async function withHead(
  mirrors: Mirrors,
  id: number,
  repository: HostedRepository,
  signal: AbortSignal,
): Promise<HostedRepository> {
  const { headCommit, defaultBranch } = repository;
  if (headCommit !== null || defaultBranch === null) return repository;
  const head = await mirrors.pinBranch(id, defaultBranch, signal);
  if (head !== undefined) return { ...repository, headCommit: head };
  return { ...repository, defaultBranch: null, reason: 'its default branch is not there' };
}

/** Answers the repository as its mirror has it by then. */
async function fetch(
  { hostId, host, mirrors, logger }: BringInContext,
  id: number,
  repository: HostedRepository,
  limits: { readonly timeLimitMs: number; readonly signal: AbortSignal },
): Promise<HostedRepository | Error> {
  try {
    await using access = await host.access(repository, 'fetch');
    await mirrors.fetch(id, { ...access, hostId }, repository.headCommit, limits);
    return await withHead(mirrors, id, repository, limits.signal);
  } catch (error) {
    limits.signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    logger.warn({ err: error, repository: repository.name }, 'a repository could not be fetched');
    return error;
  }
}
