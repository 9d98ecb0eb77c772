import { targetNames } from '@flotilla/shared/target/targetNames';
import type { JobView } from '@flotilla/shared/views';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import type { Collection } from './collection.ts';

/** A Job with what it is called in this window. */
export interface NamedJob extends JobView {
  readonly name: string;
}

interface Names {
  readonly of: (job: JobView) => string;
  /** What each repository was called when they were made, by its id. */
  readonly repositories: ReadonlyMap<number, string>;
}

/** What Jobs are called: each among those of its Execution, so that rows, titles and documents say the same. */
export class JobNames implements Disposable {
  readonly #jobs: Pick<Collection<JobView>, 'get' | 'rows' | 'onDidChange'>;
  readonly #owned = new Disposables();
  /** By Execution, for as long as no Job of it comes, goes or is of a repository that is called otherwise. */
  readonly #ofExecutions = new Map<number, Names>();

  constructor(jobs: Pick<Collection<JobView>, 'get' | 'rows' | 'onDidChange'>) {
    this.#jobs = jobs;
    this.#owned.own(
      jobs.onDidChange(({ rows, members, dropped }) => {
        for (const executionId of [...members, ...dropped]) this.#ofExecutions.delete(executionId);
        for (const jobId of rows) this.#look(jobs.get(jobId));
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

  /** Forgets the names of an Execution where the repository of one of its Jobs has another one by now. */
  #look(job: JobView | undefined): void {
    if (job === undefined) return;
    const known = this.#ofExecutions.get(job.executionId)?.repositories.get(job.repositoryId);
    if (known !== undefined && known !== repositoryOf(job)) this.#ofExecutions.delete(job.executionId);
  }

  #among(executionId: number): ((job: JobView) => string) | undefined {
    const known = this.#ofExecutions.get(executionId);
    const jobs = known === undefined ? this.#jobs.rows(executionId) : undefined;
    if (jobs === undefined) return known?.of;
    const names = {
      of: targetNames(jobs),
      repositories: new Map(jobs.map((job) => [job.repositoryId, repositoryOf(job)])),
    };
    this.#ofExecutions.set(executionId, names);
    return names.of;
  }
}

function repositoryOf({ codeHost, repository }: JobView): string {
  return JSON.stringify([codeHost, repository]);
}
