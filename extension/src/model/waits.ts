import type { JobView, WaitingView } from '@flotilla/shared/views';
import type { Connection } from '../connection/connection.ts';
import { Coalescer } from '../platform/coalescer.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { Emitter } from '../platform/emitter.ts';
import type { Log } from '../platform/log.ts';
import { FollowedJobs } from './followedJobs.ts';
import type { Collection } from './collection.ts';
import { liveJobs } from './liveJobs.ts';
import { liveQueue } from './liveQueue.ts';
import { liveRunners } from './liveRunners.ts';
import type { LiveModel } from './liveModel.ts';

/** Places move with every Job that is claimed; they are asked again at most so often. */
const againMs = 1000;

/** Why queued Jobs wait, asked when their rows are shown and again when the feed says that the queue has moved. */
export class Waits implements Disposable {
  readonly #connection: Connection;
  readonly #jobs: Collection<JobView>;
  readonly #log: Log;
  readonly #owned = new Disposables();
  readonly #changed = new Emitter<number>();
  readonly #asking = this.#owned.own(new Coalescer<number>(againMs, (jobIds) => this.#ask(jobIds)));
  readonly #followed = new FollowedJobs();

  /** Fires with the id of a Job that waits for another reason, or elsewhere in the queue. */
  readonly onDidChange = this.#changed.event;

  constructor(connection: Connection, model: LiveModel, log: Log) {
    this.#connection = connection;
    this.#jobs = model.of(liveJobs);
    this.#log = log;
    this.#owned.own(this.#jobs.onDidChange(({ rows }) => this.#askAgain((jobId) => rows.has(jobId))));
    this.#owned.own(model.of(liveQueue).onDidChange(() => this.#askAgain(() => true)));
    this.#owned.own(model.of(liveRunners).onDidChange(() => this.#askAgain(() => true)));
    this.#owned.own(connection.onDidChangeServer(() => this.#followed.clear()));
  }

  /** What is known of a queued Job whose row is shown; from then on it is followed, where there is room. */
  follow(job: JobView): WaitingView | undefined {
    if (this.#followed.add(job)) this.#asking.add([job.id]);
    return this.#followed.get(job.id);
  }

  /** Whether the Jobs of an Execution are shown: the room of those that are not is for others. */
  setOpened(executionId: number, isOpened: boolean): void {
    this.#followed.setOpened(executionId, isOpened);
  }

  /** Asks about one Job now. */
  async ask(jobId: number): Promise<WaitingView | undefined> {
    return (await this.#connection.use((client) => client.jobs.waiting.query({ jobId }))) ?? undefined;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #askAgain(hasMoved: (jobId: number) => boolean): void {
    for (const jobId of this.#followed.ids) {
      if (this.#jobs.get(jobId)?.state !== 'queued') this.#followed.delete(jobId);
      else if (hasMoved(jobId)) this.#asking.add([jobId]);
    }
  }

  #ask(jobIds: ReadonlySet<number>): void {
    if (this.#connection.state.kind !== 'online') return;
    for (const jobId of jobIds) {
      this.ask(jobId).then(
        (waiting) => this.#keep(jobId, waiting),
        (error: unknown) => this.#log.warn(`Why job ${jobId} waits: ${String(error)}`),
      );
    }
  }

  #keep(jobId: number, waiting: WaitingView | undefined): void {
    // It may have been claimed meanwhile.
    if (this.#jobs.get(jobId)?.state !== 'queued') return;
    if (this.#followed.set(jobId, waiting)) this.#changed.fire(jobId);
  }
}
