import type { Logger } from 'pino';
import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { Database } from '../db/database.ts';
import { sessionLocks, takeSessionLock } from '../db/sessionLock.ts';
import { pause } from '../pause.ts';
import type { Mirrors } from './mirrors.ts';
import { syncRepositories, type SyncSummary } from './syncRepositories.ts';

export interface ScansContext {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly mirrors: Mirrors;
  readonly host: CodeHost;
  readonly logger: Logger;
}

/** The scans of a code host: of all replicas one works at a time, and within one, calls at the same time share one. */
export class Scans {
  readonly #context: ScansContext;
  #shared: Promise<SyncSummary> | undefined;

  constructor(context: ScansContext) {
    this.#context = context;
  }

  /** Scans, after a scan of another replica has ended: what moved before the call is there when it answers. */
  scan(signal?: AbortSignal): Promise<SyncSummary> {
    this.#shared ??= this.#scan(true, signal)
      .then((summary) => {
        if (summary === undefined) throw new Error('a lock that was waited for was not given');
        return summary;
      })
      .finally(() => (this.#shared = undefined));
    return this.#shared;
  }

  /** Scans, unless another replica does so now. */
  async scanUnlessTaken(signal: AbortSignal): Promise<void> {
    await (this.#shared ?? this.#scan(false, signal));
  }

  async #scan(wait: boolean, signal: AbortSignal | undefined): Promise<SyncSummary | undefined> {
    const { databaseUrl, mirrors } = this.#context;
    await using lock = await takeSessionLock(databaseUrl, sessionLocks.scan, { wait, signal });
    if (lock === undefined) return undefined;
    await mirrors.removeHalfMade();
    return await syncRepositories({ ...this.#context, signal });
  }
}

/** Scans every `everyMs`, until the signal aborts. */
export async function scanRegularly(
  scans: Scans,
  everyMs: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  do {
    try {
      await scans.scanUnlessTaken(signal);
    } catch (error) {
      if (signal.aborted) return;
      // A code host that is away, or the database, is the outside's fault: the next round tries again.
      logger.warn({ err: error }, 'the code host could not be scanned');
    }
  } while (await pause(everyMs, signal));
}
