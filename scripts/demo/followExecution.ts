import type { AttemptView, ExecutionView, JobView } from '@flotilla/shared/views';
import type { ServiceClient } from '../launch/serviceClient.ts';
import { LogLines, type LogLine } from './logLines.ts';
import { listJobs, watchRows } from '../launch/liveRows.ts';

export interface ExecutionReader {
  onLine(job: JobView, line: LogLine): void;
  /** A Job has changed its state; `before` is undefined the first time. */
  onJob(job: JobView, before: JobView | undefined): void;
  onExecution(execution: ExecutionView): void;
}

export interface EndedExecution {
  readonly execution: ExecutionView;
  /** By the name of their repository. */
  readonly jobs: readonly JobView[];
}

/**
 * Starts an Execution and follows it: every change and every line of every log as they come, until it has ended and its
 * logs are complete. The client must see no other Execution. When the signal aborts, nothing more is read.
 */
export async function followExecution(
  client: ServiceClient,
  start: () => Promise<ExecutionView>,
  reader: ExecutionReader,
  signal: AbortSignal,
): Promise<EndedExecution> {
  const follower = new Follower(client, reader);
  const stop = () => follower.fail(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    await follower.listening;
    const { id } = await start();
    await follower.ended;
    // The feed says everything at least once, but two rows may come in two messages.
    const jobs = await listJobs(client.api, id);
    await Promise.all(jobs.map((job) => follower.logOf(job)));
    return { execution: await client.api.executions.get.query({ executionId: id }), jobs };
  } finally {
    signal.removeEventListener('abort', stop);
    follower[Symbol.dispose]();
  }
}

class Follower implements Disposable {
  readonly #client: ServiceClient;
  readonly #reader: ExecutionReader;
  readonly #jobs = new Map<number, JobView>();
  readonly #attempts = new Map<number, AttemptView>();
  readonly #logs = new Map<number, Promise<void>>();
  readonly #subscriptions: { unsubscribe(): void }[] = [];
  readonly #failed = Promise.withResolvers<never>();
  readonly #listening = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();

  constructor(client: ServiceClient, reader: ExecutionReader) {
    this.#client = client;
    this.#reader = reader;
    // Each wait below is raced against it; without a wait there is nobody to tell.
    this.#failed.promise.catch(() => undefined);
    this.#subscriptions.push(
      watchRows(client.api, {
        onChanges: (data) => {
          this.#listening.resolve();
          for (const job of data.jobs) this.#takeJob(job);
          for (const attempt of data.attempts) this.#attempts.set(attempt.id, attempt);
          this.#readLogs();
          for (const execution of data.executions) {
            this.#reader.onExecution(execution);
            if (execution.endedAt !== null) this.#ended.resolve();
          }
        },
        onError: (error) => this.fail(error),
      }),
    );
  }

  /** Resolves when changes are being reported. */
  get listening(): Promise<void> {
    return this.#orFailed(this.#listening.promise);
  }

  /** Resolves when the Execution has ended; its logs may still be on their way. */
  get ended(): Promise<void> {
    return this.#orFailed(this.#ended.promise);
  }

  /** Resolves when the log of a Job's latest Attempt has been read to its end. */
  async logOf(job: JobView): Promise<void> {
    this.#takeJob(job);
    if (job.currentAttemptId !== null) await this.#orFailed(this.#read(job.id, job.currentAttemptId));
  }

  fail(reason: unknown): void {
    this.#failed.reject(reason);
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  #takeJob(job: JobView): void {
    const before = this.#jobs.get(job.id);
    this.#jobs.set(job.id, job);
    if (before?.state !== job.state) this.#reader.onJob(job, before);
  }

  #readLogs(): void {
    for (const { id, jobId } of this.#attempts.values()) {
      if (this.#jobs.has(jobId)) void this.#read(jobId, id);
    }
  }

  #read(jobId: number, attemptId: number): Promise<void> {
    const known = this.#logs.get(attemptId);
    if (known !== undefined) return known;
    const ended = Promise.withResolvers<void>();
    const log = new LogLines();
    const report = (lines: readonly LogLine[]) => {
      const job = this.#jobs.get(jobId);
      if (job !== undefined) for (const line of lines) this.#reader.onLine(job, line);
    };
    const subscription = this.#client.api.logs.tail.subscribe(
      { attemptId, offset: 0 },
      {
        onData: ({ data: message }) => {
          if (message.kind === 'chunk') report(log.push(Buffer.from(message.data, 'base64')));
          else {
            report(log.end());
            ended.resolve();
          }
        },
        onError: (error) => this.fail(error),
      },
    );
    this.#subscriptions.push(subscription);
    this.#logs.set(attemptId, ended.promise);
    return ended.promise;
  }

  #orFailed<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#failed.promise]);
  }
}
