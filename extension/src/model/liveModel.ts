import { messageOf } from '@flotilla/shared/errors';
import type {
  AttemptView,
  Changes,
  ExecutionView,
  JobView,
  QueueView,
  RunnerView,
} from '@flotilla/shared/views';
import type { FlotillaClient } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { Emitter } from '../platform/emitter.ts';
import { Asks } from './asks.ts';
import { followFeed } from './feed.ts';
import {
  applyAttempts,
  applyChanges,
  applyExecutions,
  applyJobs,
  applyOutdated,
  emptyState,
  nothingTouched,
  type ChangedRows,
  type ModelState,
  type Step,
  type Touched,
} from './modelState.ts';

/** Executions of the first list, and of each *Show More*. */
const pageSize = 100;
/** The service lists no more at once. */
const maxExecutions = 500;
/** So many Executions keep their Jobs; the one asked for longest ago is let go. */
const maxJobLists = 20;

/** The service's rows as this window holds them: lists fetched once per connection, then kept by the feed of changes. */
export class LiveModel implements Disposable {
  readonly #connection: Connection;
  readonly #owned = new Disposables();
  readonly #changed = new Emitter<Touched>();
  readonly #asks = new Asks();
  readonly #loading = new Map<string, Promise<void>>();
  #state: ModelState = emptyState;
  #limit = pageSize;
  #feed: { readonly client: FlotillaClient; readonly subscription: Disposable } | undefined;
  #isListed = false;
  #changedAt: number | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#owned.own(connection.onDidConnect((client) => this.#follow(client)));
    this.#owned.own(connection.onDidChangeServer(() => this.#forget()));
  }

  /** Newest first. */
  get executions(): readonly ExecutionView[] {
    return [...this.#state.executions.values()].sort((a, b) => b.id - a.id);
  }

  get runnersOnline(): number | undefined {
    return this.#state.runnersOnline;
  }

  /** All Runners by name; undefined before the service has said them. */
  get runners(): readonly RunnerView[] | undefined {
    return this.#state.runners;
  }

  /** How much there is to do; undefined before the service has said it. */
  get queue(): QueueView | undefined {
    return this.#state.queue;
  }

  /** Whether the list of Executions has come. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** The service's time, in Unix milliseconds. */
  get serverTime(): number {
    return this.#connection.serverTime;
  }

  /** When the service last said something, in Unix milliseconds by this machine's clock. */
  get changedAt(): number | undefined {
    return this.#changedAt;
  }

  /** Whether there may be Executions beyond those held. */
  get hasMore(): boolean {
    return this.#state.executions.size >= this.#limit && this.#limit < maxExecutions;
  }

  execution(executionId: number): ExecutionView | undefined {
    return this.#state.executions.get(executionId);
  }

  /** The Jobs of an Execution by repository name; undefined while they were not loaded. */
  jobs(executionId: number): readonly JobView[] | undefined {
    const rows = this.#state.jobs.get(executionId);
    return rows === undefined ? undefined : [...rows.values()];
  }

  job(executionId: number, jobId: number): JobView | undefined {
    return this.#state.jobs.get(executionId)?.get(jobId);
  }

  /** A Job of any Execution whose Jobs are held. */
  findJob(jobId: number): JobView | undefined {
    for (const jobs of this.#state.jobs.values()) {
      const job = jobs.get(jobId);
      if (job !== undefined) return job;
    }
    return undefined;
  }

  /** The Attempts of a Job as far as they are held, newest first. */
  attempts(jobId: number): readonly AttemptView[] {
    return [...(this.#state.attempts.get(jobId)?.values() ?? [])].sort((a, b) => b.number - a.number);
  }

  attempt(jobId: number, attemptId: number | null): AttemptView | undefined {
    return attemptId === null ? undefined : this.#state.attempts.get(jobId)?.get(attemptId);
  }

  /** Loads the Jobs of an Execution, unless they are held. */
  async loadJobs(executionId: number): Promise<readonly JobView[]> {
    if (!this.#state.jobs.has(executionId)) await this.#use((client) => this.#listJobs(client, executionId));
    return this.jobs(executionId) ?? [];
  }

  /** Loads all Attempts of a Job. */
  async loadAttempts(jobId: number): Promise<readonly AttemptView[]> {
    await this.#use((client) => this.#listAttempts(client, jobId));
    return this.attempts(jobId);
  }

  /** Lists older Executions as well. */
  async showMore(): Promise<void> {
    this.#limit = Math.min(maxExecutions, this.#limit + pageSize);
    await this.refresh();
  }

  /** Lists everything again that is held. */
  async refresh(): Promise<void> {
    await this.#use((client) => this.#list(client));
  }

  /** Takes in an Execution that a call answered, unless the feed has already said more about it. */
  take(execution: ExecutionView): void {
    if (!this.#state.executions.has(execution.id)) this.#applyRows({ executions: [execution] });
  }

  /** Shows a Job as it will be when the service has heard of it. */
  show(job: JobView): void {
    this.#applyRows({ jobs: [job] });
  }

  dispose(): void {
    this.#feed?.subscription.dispose();
    this.#owned.dispose();
  }

  #use(list: (client: FlotillaClient) => Promise<void>): Promise<void> {
    return this.#connection.use(list);
  }

  /** The feed is subscribed to first: what changes while the lists are under way is not missed. */
  #follow(client: FlotillaClient): void {
    if (this.#feed?.client !== client) {
      this.#feed?.subscription.dispose();
      const subscription = followFeed(
        client,
        (changes) => this.#hear(client, changes),
        (error) => this.#connection.note(`The feed of changes: ${messageOf(error)}`),
      );
      this.#feed = { client, subscription };
    }
    this.#listAgain(client);
  }

  #hear(client: FlotillaClient, changes: Changes): void {
    this.#applyChanges(changes);
    if (!changes.listAnew) return;
    this.#asks.outdate();
    this.#apply(applyOutdated(this.#state));
    this.#listAgain(client);
  }

  #listAgain(client: FlotillaClient): void {
    // A failure shows as the connection's state, and the next connection lists again.
    this.#list(client).catch(() => undefined);
  }

  async #list(client: FlotillaClient): Promise<void> {
    await this.#asks.list(
      () => client.executions.list.query({ limit: this.#limit }),
      (list, since) => {
        this.#isListed = true;
        this.#apply(applyExecutions(this.#state, list.slice(0, this.#limit), since));
      },
    );
    await Promise.all([...this.#state.jobs.keys()].map((executionId) => this.#listJobs(client, executionId)));
  }

  #listJobs(client: FlotillaClient, executionId: number): Promise<void> {
    return this.#once(`jobs ${executionId}`, () =>
      this.#asks.list(
        () => client.jobs.list.query({ executionId }),
        (list, since) => {
          if (since.removed.has(executionId)) return;
          this.#apply(applyJobs(this.#state, executionId, list, since.jobs));
          this.#letGoOfJobs();
          this.#listRunningAttempts(client, executionId);
        },
      ),
    );
  }

  /** What the feed said of an Attempt while its Job was not held was not kept, and it may say nothing more for long. */
  #listRunningAttempts(client: FlotillaClient, executionId: number): void {
    for (const { id, state, currentAttemptId } of this.jobs(executionId) ?? []) {
      if (state !== 'running' || this.attempt(id, currentAttemptId) !== undefined) continue;
      // A failure shows as the connection's state, and the next connection lists again.
      this.#listAttempts(client, id).catch(() => undefined);
    }
  }

  #listAttempts(client: FlotillaClient, jobId: number): Promise<void> {
    return this.#once(`attempts ${jobId}`, () =>
      this.#asks.list(
        () => client.attempts.list.query({ jobId }),
        (list, since) => this.#apply(applyAttempts(this.#state, jobId, list, since.attempts)),
      ),
    );
  }

  /** Calls for the same list at the same time share one answer. */
  #once(key: string, load: () => Promise<void>): Promise<void> {
    const loading = this.#loading.get(key) ?? load().finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  #letGoOfJobs(): void {
    const jobs = new Map(this.#state.jobs);
    for (const executionId of [...jobs.keys()].slice(0, -maxJobLists)) jobs.delete(executionId);
    if (jobs.size < this.#state.jobs.size) this.#state = { ...this.#state, jobs };
  }

  #applyChanges(changes: ChangedRows): void {
    this.#asks.record(changes);
    this.#apply(applyChanges(this.#state, changes));
  }

  #applyRows({ executions = [], jobs = [] }: Partial<Pick<ChangedRows, 'executions' | 'jobs'>>): void {
    const { runnersOnline } = this;
    this.#applyChanges({
      executions,
      jobs,
      attempts: [],
      removed: [],
      runnersOnline,
      runners: null,
      queue: null,
    });
  }

  #apply({ state, touched }: Step): void {
    this.#state = state;
    this.#changedAt = Date.now();
    this.#changed.fire(touched);
  }

  #forget(): void {
    this.#feed?.subscription.dispose();
    this.#feed = undefined;
    this.#isListed = false;
    this.#limit = pageSize;
    if (this.#state === emptyState) return;
    this.#apply({
      state: emptyState,
      touched: { ...nothingTouched, list: true, runners: true, queue: true },
    });
  }
}
