import { FlotillaError } from '@flotilla/shared/errors';
import type { Logger } from 'pino';
import type { CodeHost, HostedRepository } from '../codeHosts/codeHost.ts';
import type { RepositoryRef } from '../codeHosts/repositoryRef.ts';
import type { Sql } from '../db/database.ts';
import { LockSession } from '../db/sessionLock.ts';
import { answerWithin } from './answerWithin.ts';
import { bringIn } from './bringIn.ts';
import { hasMoved } from './hasMoved.ts';
import type { Mirrors } from './mirrors.ts';
import { oneReason } from './oneReason.ts';
import { storeGone } from './queries/storeGone.ts';
import { storeListing } from './queries/storeListing.ts';
import { timeNow } from './queries/timeNow.ts';
import { standardTimes } from './slowFetches.ts';

export interface FetchRepositoryContext {
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly mirrors: Mirrors;
  readonly hostId: number;
  /** What people call the host. */
  readonly hostName: string;
  readonly host: CodeHost;
  readonly logger: Logger;
}

/** How long a host may take to say what it knows of one repository. */
const lookMs = 60_000;

/**
 * Looks at one repository again and fetches it, also while all of its host are scanned: what was there before the call is known
 * when it answers. One that the host has no more is marked so. Throws `unavailable` when the host cannot be reached, or somebody
 * else is busy with its mirror for long.
 */
export async function fetchRepository(
  context: FetchRepositoryContext,
  repository: RepositoryRef & { readonly id: number },
  leaving: AbortSignal,
): Promise<void> {
  const { sql, databaseUrl, mirrors, hostId, hostName } = context;
  const askedAt = await timeNow(sql);
  const found = await look(context, repository, leaving);
  if (found === undefined) return storeGone(sql, repository.id, askedAt);
  const listing = { hostId, repositories: [found], unseen: [], askedAt, isWhole: false };
  const [known] = await storeListing(sql, listing);
  if (known === undefined || !(await hasMoved(mirrors, known, found))) return;
  await using locks = new LockSession(databaseUrl);
  const signal = AbortSignal.any([leaving, AbortSignal.timeout(2 * standardTimes.slowMs)]);
  const limits = { wait: true, timeLimitMs: standardTimes.slowMs, isFirstTry: false, signal };
  try {
    await bringIn({ ...context, locks }, { id: known.id, repository: found, askedAt }, limits);
  } catch (error) {
    leaving.throwIfAborted();
    if (!signal.aborted) throw error;
    throw new FlotillaError(
      'unavailable',
      `The repository ${repository.name} of ${hostName} is being worked on for long. Try again later.`,
    );
  }
}

async function look(
  { host, hostName }: FetchRepositoryContext,
  repository: RepositoryRef,
  leaving: AbortSignal,
): Promise<HostedRepository | undefined> {
  try {
    return await answerWithin(lookMs, leaving, (signal) => host.look(repository, signal));
  } catch (error) {
    leaving.throwIfAborted();
    const problem = oneReason(error);
    throw new FlotillaError('unavailable', `The code host ${hostName} cannot be reached: ${problem}.`, {
      cause: error,
    });
  }
}
