import { targetNames } from '@flotilla/shared/target/targetNames';
import type { JobView } from '@flotilla/shared/views';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import type { Collection } from './collection.ts';

/** A Job with what it is called in this window. */
export interface NamedJob extends JobView {
  readonly name: string;
}

/** What Jobs are called: each among those of its Execution, so that rows, titles and documents say the same. */
export class JobNames implements Disposable {
  readonly #jobs: Pick<Collection<JobView>, 'rows' | 'onDidChange'>;
  readonly #owned = new Disposables();
  /** By Execution, for as long as no Job of it comes or goes. */
  readonly #ofExecutions = new Map<number, (job: JobView) => string>();

  constructor(jobs: Pick<Collection<JobView>, 'rows' | 'onDidChange'>) {
    this.#jobs = jobs;
    this.#owned.own(
      jobs.onDidChange(({ members, dropped }) => {
        for (const executionId of [...members, ...dropped]) this.#ofExecutions.delete(executionId);
      }),
    );
  }

  /** The name of a Job; as if it were alone where the Jobs of its Execution are not held. */
  of(job: JobView): string {
    return this.#among(job.executionId)?.(job) ?? targetNames([job])(job);
  }

  named(job: JobView): NamedJob {
    return { ...job, name: this.of(job) };
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #among(executionId: number): ((job: JobView) => string) | undefined {
    const known = this.#ofExecutions.get(executionId);
    const jobs = known === undefined ? this.#jobs.rows(executionId) : undefined;
    if (jobs === undefined) return known;
    const names = targetNames(jobs);
    this.#ofExecutions.set(executionId, names);
    return names;
  }
}
