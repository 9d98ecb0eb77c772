import { targetNames } from '@flotilla/shared/target/targetNames';
import type { JobView } from '@flotilla/shared/views';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import type { LiveModel } from './liveModel.ts';

/** A Job with what it is called in this window. */
export interface NamedJob extends JobView {
  readonly name: string;
}

/** What Jobs are called: each among those of its Execution, so that rows, titles and documents say the same. */
export class JobNames implements Disposable {
  readonly #model: Pick<LiveModel, 'jobs' | 'onDidChange'>;
  readonly #owned = new Disposables();
  /** By Execution, for as long as no Job of it comes or goes. */
  readonly #ofExecutions = new Map<number, (job: JobView) => string>();

  constructor(model: Pick<LiveModel, 'jobs' | 'onDidChange'>) {
    this.#model = model;
    this.#owned.own(
      model.onDidChange(({ list, jobLists }) => {
        if (list) this.#ofExecutions.clear();
        for (const executionId of jobLists) this.#ofExecutions.delete(executionId);
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
    const jobs = known === undefined ? this.#model.jobs(executionId) : undefined;
    if (jobs === undefined) return known;
    const names = targetNames(jobs);
    this.#ofExecutions.set(executionId, names);
    return names;
  }
}
