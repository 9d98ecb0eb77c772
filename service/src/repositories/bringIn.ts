import type { Logger } from 'pino';
import type { CodeHost, HostedRepository } from '../codeHosts/codeHost.ts';
import type { Sql } from '../db/database.ts';
import { sessionLocks, type LockSession } from '../db/sessionLock.ts';
import type { Mirrors } from './mirrors.ts';
import { oneReason } from './oneReason.ts';
import { storeFacts } from './queries/storeFacts.ts';

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
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches a repository into its mirror and stores what is known of it then, with nobody else at that mirror: its head is not
 * the table's before it is pinned, and keeps its pin. Answers why it could not be fetched, which is stored as well; `busy`,
 * when somebody else is at the mirror. Throws when the lock is lost.
 */
export async function bringIn(
  context: BringInContext,
  { id, repository, askedAt }: Moved,
  { wait, timeLimitMs, signal: leaving }: BringInLimits,
): Promise<'done' | 'busy' | Error> {
  const { locks } = context;
  await using lock = await locks.take(sessionLocks.mirror(id), { wait, signal: leaving });
  if (lock === undefined) return 'busy';
  // Others may be at the mirror as soon as the lock is lost.
  const signal = leaving === undefined ? locks.lost : AbortSignal.any([leaving, locks.lost]);
  const fetched =
    repository.reason === null ? await fetch(context, id, repository, { timeLimitMs, signal }) : 'done';
  await storeFacts(context.sql, id, fetched === 'done' ? repository : without(repository, fetched), askedAt);
  return fetched;
}

async function fetch(
  { hostId, host, mirrors, logger }: BringInContext,
  id: number,
  repository: HostedRepository,
  limits: { readonly timeLimitMs: number; readonly signal: AbortSignal },
): Promise<'done' | Error> {
  try {
    await using access = await host.access(repository, 'fetch');
    await mirrors.fetch(id, { ...access, hostId }, repository.headCommit, limits);
    return 'done';
  } catch (error) {
    limits.signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    logger.warn({ err: error, repository: repository.name }, 'a repository could not be fetched');
    return error;
  }
}

/** What is stored of a repository whose fetch failed: no Job can run on it, and the next scan tries again. */
function without(repository: HostedRepository, failure: Error): HostedRepository {
  const reason = `it could not be fetched: ${oneReason(failure)}`;
  return { ...repository, defaultBranch: null, headCommit: null, fingerprint: '', reason };
}
