import type { ChangedFile, JobView } from '@flotilla/shared/views';
import type { Connection } from '../connection/connection.ts';
import { Emitter } from '../platform/emitter.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import type { Collection } from './collection.ts';

/** So many lists are kept of Jobs whose files are not shown; those that were asked for longest ago go first. */
const maxIdle = 200;

/** The files of the Patches that were looked at, with what a reviewer left out. */
export class ChangedFiles implements Disposable {
  readonly #connection: Pick<Connection, 'use' | 'onDidChangeServer'>;
  readonly #jobs: Collection<JobView>;
  /** In the order of their last use. */
  readonly #held = new Map<number, readonly ChangedFile[]>();
  /** Jobs whose files are shown. */
  readonly #shown = new Set<number>();
  readonly #stale = new Set<number>();
  readonly #loading = new Map<number, Promise<readonly ChangedFile[]>>();
  readonly #changed = new Emitter<number>();
  readonly #owned = new Disposables();

  /** Fires with the id of a Job whose files or whose selection changed since they were first loaded. */
  readonly onDidChange = this.#changed.event;

  constructor(connection: Pick<Connection, 'use' | 'onDidChangeServer'>, jobs: Collection<JobView>) {
    this.#connection = connection;
    this.#jobs = jobs;
    this.#owned.own(
      connection.onDidChangeServer(() => {
        this.#held.clear();
        this.#shown.clear();
      }),
    );
    // A Job that ran again has other files; one whose row moved may have another selection.
    this.#owned.own(
      jobs.onDidChange(({ rows, isOutdated, dropped }) => {
        const moved = isOutdated ? this.#held.keys() : rows;
        for (const jobId of moved) if (this.#held.has(jobId)) this.#stale.add(jobId);
        if (dropped.size > 0) this.#letGo();
      }),
    );
  }

  /** The files as far as they are held. */
  get(jobId: number): readonly ChangedFile[] | undefined {
    return this.#held.get(jobId);
  }

  /** The files, from the service where they are not held or may have changed. */
  load(job: JobView): Promise<readonly ChangedFile[]> {
    if (job.patch === null) return Promise.resolve([]);
    const held = this.#held.get(job.id);
    if (held !== undefined && !this.#stale.has(job.id)) return Promise.resolve(held);
    const loading =
      this.#loading.get(job.id) ?? this.#fetch(job.id).finally(() => this.#loading.delete(job.id));
    this.#loading.set(job.id, loading);
    return loading;
  }

  /** The files as {@link load} gives them, kept from now on for as long as the row of their Job is held: they are rows. */
  show(job: JobView): Promise<readonly ChangedFile[]> {
    this.#shown.add(job.id);
    return this.load(job);
  }

  /**
   * Leaves a Job (`path` null) or files of it out, or takes them in. Shown at once; where the service refuses, what it
   * says is shown again and the error thrown.
   */
  async setIncluded(job: JobView, paths: readonly string[] | null, included: boolean): Promise<void> {
    this.#showIncluded(job, paths, included);
    try {
      await this.#connection.use((client) =>
        Promise.all(
          (paths ?? [null]).map((path) => client.jobs.setIncluded.mutate({ jobId: job.id, path, included })),
        ),
      );
    } catch (error) {
      if (paths === null) this.#putIncluded(job.id, job.included);
      this.#stale.add(job.id);
      this.#changed.fire(job.id);
      throw error;
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #fetch(jobId: number): Promise<readonly ChangedFile[]> {
    this.#stale.delete(jobId);
    const files = await this.#connection.use((client) => client.jobs.changedFiles.query({ jobId }));
    const before = this.#held.get(jobId);
    if (before !== undefined && isSame(before, files)) return before;
    this.#held.delete(jobId);
    this.#held.set(jobId, files);
    this.#letGo();
    if (before !== undefined) this.#changed.fire(jobId);
    return files;
  }

  /** Lets go of what nobody shows any more. */
  #letGo(): void {
    for (const jobId of this.#shown) if (this.#jobs.get(jobId) === undefined) this.#shown.delete(jobId);
    const idle = [...this.#held.keys()].filter((jobId) => !this.#shown.has(jobId));
    for (const jobId of idle.slice(0, -maxIdle)) {
      this.#held.delete(jobId);
      this.#stale.delete(jobId);
    }
  }

  #showIncluded(job: JobView, paths: readonly string[] | null, included: boolean): void {
    if (paths === null) {
      this.#putIncluded(job.id, included);
    } else {
      const chosen = new Set(paths);
      const files = this.#held.get(job.id) ?? [];
      this.#held.set(
        job.id,
        files.map((file) => (chosen.has(file.path) ? { ...file, included } : file)),
      );
    }
    this.#changed.fire(job.id);
  }

  /** In the row as it is by now: the feed may have brought another one since somebody looked at it. */
  #putIncluded(jobId: number, included: boolean): void {
    const now = this.#jobs.get(jobId);
    if (now !== undefined) this.#jobs.put({ ...now, included });
  }
}

function isSame(a: readonly ChangedFile[], b: readonly ChangedFile[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
