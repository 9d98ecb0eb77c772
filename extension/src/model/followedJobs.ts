import type { JobView, WaitingView } from '@flotilla/shared/views';

/** Of so many queued Jobs the window knows why they wait; of others when somebody looks at their tooltip. */
export const maxFollowed = 40;
/** Of so many of one Execution, so that a second one has room beside it. */
export const maxOfExecution = 20;

/** The queued Jobs of which the window knows why they wait: the first rows of the Executions that are open. */
export class FollowedJobs {
  readonly #jobs = new Map<number, { readonly executionId: number; waiting: WaitingView | undefined }>();
  /** Executions that were collapsed. VS Code draws rows below them all the same. */
  readonly #collapsed = new Set<number>();

  get ids(): readonly number[] {
    return [...this.#jobs.keys()];
  }

  /** Follows a Job where there is room; says whether it was not followed before. */
  add({ id, executionId }: JobView): boolean {
    if (this.#jobs.has(id) || this.#collapsed.has(executionId) || this.#jobs.size >= maxFollowed)
      return false;
    const others = [...this.#jobs.values()].filter((job) => job.executionId === executionId).length;
    if (others >= maxOfExecution) return false;
    this.#jobs.set(id, { executionId, waiting: undefined });
    return true;
  }

  /** Undefined while it is not known. */
  get(jobId: number): WaitingView | undefined {
    return this.#jobs.get(jobId)?.waiting;
  }

  /** Keeps why a followed Job waits; says whether that is another reason or place than before. */
  set(jobId: number, waiting: WaitingView | undefined): boolean {
    const job = this.#jobs.get(jobId);
    if (job === undefined || JSON.stringify(job.waiting) === JSON.stringify(waiting)) return false;
    job.waiting = waiting;
    return true;
  }

  delete(jobId: number): void {
    this.#jobs.delete(jobId);
  }

  /** A collapsed Execution gives its room to others. */
  setOpened(executionId: number, isOpened: boolean): void {
    if (isOpened) this.#collapsed.delete(executionId);
    else this.#collapsed.add(executionId);
    if (isOpened) return;
    for (const [jobId, job] of this.#jobs) if (job.executionId === executionId) this.#jobs.delete(jobId);
  }

  clear(): void {
    this.#jobs.clear();
    this.#collapsed.clear();
  }
}
