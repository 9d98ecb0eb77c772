import { sleep } from '@flotilla/launcher/sleep';
import type { Logger } from 'pino';
import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { Database, Sql } from '../db/database.ts';
import { sessionLocks, takeSessionLock } from '../db/sessionLock.ts';
import type { Mirrors } from './mirrors.ts';
import { SlowFetches } from './slowFetches.ts';
import { syncRepositories, type SyncSummary } from './syncRepositories.ts';

export interface ScansContext {
  readonly database: Database;
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly mirrors: Mirrors;
  readonly host: CodeHost;
  readonly logger: Logger;
}

/** A scan that has not begun, and how many wait for it. */
interface SharedScan {
  readonly summary: Promise<SyncSummary>;
  readonly abandoned: AbortController;
  callers: number;
}

/**
 * The scans of a code host: of all replicas one works at a time, and within one, calls share the scan that begins next. One
 * that has begun may have passed what a call is about.
 */
export class Scans {
  readonly #context: ScansContext;
  readonly #slowFetches = new SlowFetches();
  #shared: SharedScan | undefined;

  constructor(context: ScansContext) {
    this.#context = context;
  }

  /**
   * Scans, after a scan of another replica has ended: what moved before the call is there when it answers. A signal that
   * aborts ends the wait of this caller, and the scan itself when nobody else waits for it.
   */
  async scan(signal?: AbortSignal): Promise<SyncSummary> {
    signal?.throwIfAborted();
    const shared = (this.#shared ??= this.#share());
    shared.callers += 1;
    try {
      return await unlessAborted(shared.summary, signal);
    } finally {
      shared.callers -= 1;
      if (shared.callers === 0) {
        shared.abandoned.abort();
        this.#forget(shared.abandoned);
      }
    }
  }

  /** Scans, unless another replica does so now. */
  async scanUnlessTaken(signal: AbortSignal): Promise<void> {
    await (this.#shared === undefined ? this.#scan(false, signal) : this.scan(signal));
  }

  #share(): SharedScan {
    const abandoned = new AbortController();
    const summary = this.#scan(true, abandoned.signal, () => this.#forget(abandoned))
      .then((scanned) => {
        if (scanned === undefined) throw new Error('a lock that was waited for was not given');
        return scanned;
      })
      .finally(() => this.#forget(abandoned));
    return { summary, abandoned, callers: 0 };
  }

  /** The next call scans anew. */
  #forget(abandoned: AbortController): void {
    if (this.#shared?.abandoned === abandoned) this.#shared = undefined;
  }

  async #scan(wait: boolean, signal: AbortSignal, onBegin?: () => void): Promise<SyncSummary | undefined> {
    const { databaseUrl, mirrors } = this.#context;
    await using lock = await takeSessionLock(databaseUrl, sessionLocks.scan, { wait, signal });
    if (lock === undefined) return undefined;
    onBegin?.();
    await mirrors.removeHalfMade();
    return await syncRepositories({ ...this.#context, slowFetches: this.#slowFetches, signal });
  }
}

/** What a promise answers, or the reason of the signal when that comes first. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
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
  } while (await sleep(everyMs, signal));
}
