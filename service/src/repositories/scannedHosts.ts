import { FlotillaError } from '@flotilla/shared/errors';
import type { HostSyncView, RepositoryView, SyncView } from '@flotilla/shared/views';
import type { Logger } from 'pino';
import type { CodeHost, CodeHostKind } from '../codeHosts/codeHost.ts';
import { credentialOf } from '../codeHosts/credentialOf.ts';
import { readCodeHosts, type CodeHostRow } from '../codeHosts/readCodeHosts.ts';
import type { User } from '../auth/tokens.ts';
import type { Database, Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { SecretStore } from '../secrets/secretStore.ts';
import { canSee } from './canSee.ts';
import { fetchRepository } from './fetchRepository.ts';
import { listRepositories } from './listRepositories.ts';
import type { Mirrors } from './mirrors.ts';
import { oneReason } from './oneReason.ts';
import { readRepository } from './readRepository.ts';
import { storeProblem } from './queries/storeProblem.ts';
import type { ScannedHost } from './scannedHost.ts';
import { scanRegularly } from './scanRegularly.ts';
import { Scans } from './scans.ts';
import { syncHosts } from './syncHosts.ts';

export interface ScannedHostsContext {
  readonly database: Database;
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly hints: Hints;
  readonly mirrors: Mirrors;
  readonly kinds: Readonly<Record<string, CodeHostKind>>;
  readonly secrets: Pick<SecretStore, 'open'>;
  readonly logger: Logger;
  /** Between two scans of a host. */
  readonly everyMs: number;
  /** How long who asks for a scan waits while it gets nowhere. */
  readonly patienceMs: number;
}

interface Opened extends ScannedHost {
  /** What it was opened from: when that changes, it is opened anew. */
  readonly origin: string;
  readonly ending: AbortController;
  /** Its regular scans. */
  readonly scanning: Promise<void>;
}

/**
 * The code hosts of the deployment as this replica works with them: it reads their rows when a hint says that they have
 * changed, opens those that are new, scans each regularly and by itself, and lets go of those that are there no more.
 */
export class ScannedHosts implements AsyncDisposable {
  readonly #context: ScannedHostsContext;
  readonly #opened = new Map<number, Opened>();
  /** What is answered of those that could not be opened. */
  readonly #unopened = new Map<number, HostSyncView>();
  readonly #ending = new AbortController();
  /** Those that are let go of, until their scans have ended. */
  readonly #leaving = new Set<Promise<void>>();
  #takingUp: Promise<void> = Promise.resolve();

  constructor(context: ScannedHostsContext) {
    this.#context = context;
  }

  /** Brings what is open to what the rows say now. */
  takeUp(): Promise<void> {
    const takingUp = this.#takingUp.catch(() => undefined).then(() => this.#takeUp());
    this.#takingUp = takingUp;
    return takingUp;
  }

  /** Takes up at hints, which can be lost, and every `everyMs`, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { hints, everyMs, logger } = this.#context;
    using listener = hints.listen('hosts');
    while (!signal.aborted) {
      await listener.next(everyMs, signal);
      if (signal.aborted) return;
      try {
        await this.takeUp();
      } catch (error) {
        logger.warn({ err: error }, 'code hosts could not be looked up');
      }
    }
  }

  /**
   * Scans all hosts at once and fetches what moved; calls at the same time share one scan of each. A host that is away, or gets
   * nowhere, keeps nobody waiting for the others.
   */
  async sync(signal?: AbortSignal): Promise<SyncView> {
    await this.takeUp();
    const unopened = [...this.#unopened.values()];
    const synced = await syncHosts(this.all(), this.#context.patienceMs, signal);
    const hosts = [...synced.hosts, ...unopened].toSorted((a, b) => a.codeHostId - b.codeHostId);
    return { ...synced, hosts };
  }

  /**
   * Looks at one repository and fetches it, whatever scans go on; see {@link fetchRepository}. Throws `notFound` when there is none
   * with this id, the user may not see it, or its host is there no more.
   */
  async fetch(user: Pick<User, 'sees'>, repositoryId: number, signal: AbortSignal): Promise<RepositoryView> {
    await this.takeUp();
    const { database } = this.#context;
    const row = await readRepository(database, repositoryId);
    const opened = row && this.#opened.get(row.codeHostId);
    if (row === undefined || opened === undefined || !canSee(user, row))
      throw new FlotillaError('notFound', `There is no repository ${repositoryId}.`);
    const { host, row: hostRow } = opened;
    const context = { ...this.#context, hostId: hostRow.id, hostName: hostRow.name, host };
    await fetchRepository(context, row, signal);
    const [view] = await listRepositories(database, user, repositoryId);
    if (view === undefined)
      throw new FlotillaError('notFound', `${hostRow.name} has no repository ${row.name} any more.`);
    return view;
  }

  /** A host that is open; undefined when it is there no more, or cannot be opened. */
  host(codeHostId: number): CodeHost | undefined {
    return this.#opened.get(codeHostId)?.host;
  }

  /** Looks at one repository and fetches it, for the service itself; see {@link fetch}. */
  async bringIn(repositoryId: number, signal: AbortSignal): Promise<void> {
    const row = await readRepository(this.#context.database, repositoryId);
    const opened = row && this.#opened.get(row.codeHostId);
    if (row === undefined || opened === undefined)
      throw new FlotillaError('unavailable', `The code host of repository ${repositoryId} is not connected.`);
    const { host, row: hostRow } = opened;
    await fetchRepository(
      { ...this.#context, hostId: hostRow.id, hostName: hostRow.name, host },
      row,
      signal,
    );
  }

  /** Those that are open, the first one first. */
  all(): readonly ScannedHost[] {
    return [...this.#opened.values()].toSorted((a, b) => a.row.id - b.row.id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#takingUp.catch(() => undefined);
    for (const id of this.#opened.keys()) this.#letGo(id);
    await Promise.all(this.#leaving);
  }

  async #takeUp(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    const rows = (await readCodeHosts(this.#context.database)).filter(({ present }) => present);
    const present = new Set(rows.map(({ id }) => id));
    for (const id of this.#opened.keys()) if (!present.has(id)) this.#letGo(id);
    for (const id of this.#unopened.keys()) if (!present.has(id)) this.#unopened.delete(id);
    for (const row of rows) await this.#open(row);
  }

  async #open(row: CodeHostRow): Promise<void> {
    const { kinds, sql, secrets, everyMs, logger } = this.#context;
    const origin = JSON.stringify([row.kind, row.location, row.settings]);
    const known = this.#opened.get(row.id);
    if (known?.origin === origin) {
      this.#opened.set(row.id, { ...known, row });
      return;
    }
    this.#letGo(row.id);
    this.#unopened.delete(row.id);
    const kind = kinds[row.kind];
    // One of a newer program is scanned by who knows it.
    if (kind === undefined) return;
    try {
      const host = kind.open(row.location, row.settings, {
        hostId: row.id,
        credential: () => secrets.open(credentialOf(row.id)),
      });
      const scans = new Scans({ ...this.#context, hostId: row.id, host });
      const ending = new AbortController();
      const scanning = scanRegularly(scans, everyMs, logger, ending.signal);
      this.#opened.set(row.id, { row, host, scans, origin, ending, scanning });
    } catch (error) {
      logger.warn({ err: error, host: row.name }, 'a code host could not be opened');
      const problem = oneReason(error);
      const said = { codeHostId: row.id, codeHost: row.name, state: 'away', problem } as const;
      this.#unopened.set(row.id, { ...said, repositories: 0, changed: 0 });
      // It is tried again, and written, the next time; the other hosts are opened now.
      await storeProblem(sql, row.id, problem).catch((failure: unknown) =>
        logger.warn({ err: failure, host: row.name }, 'the problem of a code host could not be written'),
      );
    }
  }

  #letGo(id: number): void {
    const opened = this.#opened.get(id);
    if (opened === undefined) return;
    this.#opened.delete(id);
    opened.ending.abort();
    const left = Promise.all([opened.scanning, opened.scans[Symbol.asyncDispose]()])
      .then(() => undefined)
      .finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }
}
