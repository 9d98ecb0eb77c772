import type { JobView } from '@flotilla/shared/views';
import type { Disposable } from '../platform/disposables.ts';
import type { Collection } from './collection.ts';
import { ListNames } from './listNames.ts';

/** A Job with what it is called in this window. */
export interface NamedJob extends JobView {
  readonly name: string;
}

/** What Jobs are called: each among those of its Execution. */
export class JobNames implements Disposable {
  readonly #names: ListNames<JobView>;

  constructor(jobs: Pick<Collection<JobView>, 'get' | 'rows' | 'onDidChange'>) {
    this.#names = new ListNames(jobs, ({ executionId }) => executionId);
  }

  /** The name of a Job; as if it were alone where the Jobs of its Execution are not held. */
  of(job: JobView): string {
    return this.#names.of(job);
  }

  named(job: JobView): NamedJob {
    return { ...job, name: this.of(job) };
  }

  dispose(): void {
    this.#names.dispose();
  }
}
