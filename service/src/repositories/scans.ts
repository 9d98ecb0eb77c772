import { sleep } from '@flotilla/launcher/sleep';
import type { Logger } from 'pino';
import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { Sql } from '../db/database.ts';
import { LockSession, sessionLocks } from '../db/sessionLock.ts';
import { unlessAborted } from '../unlessAborted.ts';
import type { Mirrors } from './mirrors.ts';
import { selectSteps } from './queries/selectSteps.ts';
import { scanHost, type ScanOutcome } from './scanHost.ts';
import { ScanProgress } from './scanProgress.ts';
import { SlowFetches } from './slowFetches.ts';
import { tellProgress } from './tellProgress.ts';

export interface ScansContext {
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly mirrors: Mirrors;
  readonly hostId: number;
  readonly host: CodeHost;
  readonly logger: Logger;
}

/** A scan that has not begun, and how many wait for it. */
interface SharedScan {
  readonly outcome: Promise<ScanOutcome>;
  readonly abandoned: AbortController;
  callers: number;
}

/** Between two looks at how far a scan is, for who waits for it. */
const lookMs = 250;

/**
 * The scans of one code host: of all replicas one works at a time, and within one, calls share the scan that begins next. One
 * that has begun may have passed what a call is about. Other hosts are scanned meanwhile.
 */
export class Scans implements AsyncDisposable {
  readonly #context: ScansContext;
  readonly #slowFetches = new SlowFetches();
  readonly #ending = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #shared: SharedScan | undefined;
  /** Of the scan that goes on here; undefined while none does. */
  #progress: ScanProgress | undefined;

  constructor(context: ScansContext) {
    this.#context = context;
  }

  /**
   * Scans, after a scan of another replica has ended: what moved before the call is there when it answers. A signal that
   * aborts ends the wait of this caller, and the scan itself when nobody else waits for it.
   */
  async scan(signal?: AbortSignal): Promise<ScanOutcome> {
    signal?.throwIfAborted();
    const shared = (this.#shared ??= this.#share());
    shared.callers += 1;
    try {
      return await unlessAborted(shared.outcome, signal);
    } finally {
      shared.callers -= 1;
      if (shared.callers === 0) {
        shared.abandoned.abort();
        this.#forget(shared.abandoned);
      }
    }
  }

  /**
   * Scans, and waits for it as long as it gets on, or one of another replica does: undefined when they got nowhere for so many
   * milliseconds, and it goes on without this caller.
   */
  async scanPatiently(patienceMs: number, signal?: AbortSignal): Promise<ScanOutcome | undefined> {
    signal?.throwIfAborted();
    const leaving = new AbortController();
    const leave = () => leaving.abort(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    const ended = new AbortController();
    const scanning = this.scan(leaving.signal).finally(() => ended.abort());
    const overdue = (async () => {
      let gotOnAt = performance.now();
      let before = this.#stepsTold();
      while (await sleep(Math.min(lookMs, patienceMs), ended.signal)) {
        gotOnAt = Math.max(gotOnAt, this.#progress?.gotOnAt ?? 0);
        if (performance.now() - gotOnAt < patienceMs) continue;
        const told = this.#stepsTold();
        if (this.#progress !== undefined || (await told) === (await before)) return undefined;
        [before, gotOnAt] = [told, performance.now()];
      }
      return scanning;
    })();
    try {
      return await Promise.race([scanning, overdue]);
    } finally {
      signal?.removeEventListener('abort', leave);
      // Nobody hears of one that goes on; the next one is told what is wrong as well.
      scanning.catch(() => undefined);
      overdue.catch(() => undefined);
    }
  }

  /** How far the scan is that goes on in any replica; null also when that cannot be read. */
  #stepsTold(): Promise<number | null> {
    return selectSteps(this.#context.sql, this.#context.hostId).catch(() => null);
  }

  /** Scans, unless another replica does so now. */
  async scanUnlessTaken(signal: AbortSignal): Promise<void> {
    await (this.#shared === undefined ? this.#scan(false, signal) : this.scan(signal));
  }

  /** Whether its host is let go of. */
  get isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Ends what goes on, also for who waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new Error('the code host is let go of'));
    await Promise.allSettled(this.#running);
  }

  #share(): SharedScan {
    const abandoned = new AbortController();
    const outcome = this.#scan(true, abandoned.signal, () => this.#forget(abandoned))
      .then((scanned) => {
        if (scanned === undefined) throw new Error('a lock that was waited for was not given');
        return scanned;
      })
      .finally(() => this.#forget(abandoned));
    return { outcome, abandoned, callers: 0 };
  }

  /** The next call scans anew. */
  #forget(abandoned: AbortController): void {
    if (this.#shared?.abandoned === abandoned) this.#shared = undefined;
  }

  async #scan(wait: boolean, asked: AbortSignal, onBegin?: () => void): Promise<ScanOutcome | undefined> {
    const signal = AbortSignal.any([asked, this.#ending.signal]);
    const scanning = this.#scanOnce(wait, signal, onBegin);
    this.#running.add(scanning);
    try {
      return await scanning;
    } finally {
      this.#running.delete(scanning);
    }
  }

  async #scanOnce(
    wait: boolean,
    signal: AbortSignal,
    onBegin: (() => void) | undefined,
  ): Promise<ScanOutcome | undefined> {
    const { databaseUrl, hostId, mirrors } = this.#context;
    await using locks = new LockSession(databaseUrl);
    await using lock = await locks.take(sessionLocks.scan(hostId), { wait, signal });
    if (lock === undefined) return undefined;
    onBegin?.();
    await mirrors.removeHalfMade((id) => locks.take(sessionLocks.mirror(id), { wait: false, signal }));
    const progress = (this.#progress = new ScanProgress());
    try {
      await using _told = tellProgress(this.#context, hostId, progress);
      return await scanHost({ ...this.#context, locks, slowFetches: this.#slowFetches, progress, signal });
    } finally {
      if (this.#progress === progress) this.#progress = undefined;
    }
  }
}
