import type { JobView } from '@flotilla/shared/views';
import type { Collection } from '../../model/collection.ts';
import type { Disposable } from '../../platform/disposables.ts';

/**
 * So many Jobs of an Execution are rows at first, and with each *Show More*: all of nearly every Execution, so that they
 * can be searched and scrolled through; see docs/decisions/0172-ten-thousand-rows.md.
 */
const pageSize = 10_000;

/** The Jobs below Executions, as VS Code was given them. They are held for as long as their Execution is opened. */
export class ShownJobs implements Disposable {
  readonly #jobs: Collection<JobView>;
  /** The Executions whose Jobs are shown, each with what keeps its Jobs. */
  readonly #opened = new Map<number, Disposable>();
  /** How many Jobs of an Execution are rows, where it is more than a page. */
  readonly #counts = new Map<number, number>();
  readonly #given = new Map<number, readonly JobView[]>();

  constructor(jobs: Collection<JobView>) {
    this.#jobs = jobs;
  }

  /** The Jobs of an Execution whose rows VS Code asks for. */
  async load(executionId: number): Promise<{ readonly jobs: readonly JobView[]; readonly hasMore: boolean }> {
    this.open(executionId);
    this.#given.set(executionId, []);
    const jobs = await this.#load(executionId);
    this.#given.set(executionId, jobs);
    const shown = this.countOf(executionId);
    return { jobs: jobs.slice(0, shown), hasMore: jobs.length > shown };
  }

  /** Jobs that are rows below opened Executions. */
  get count(): number {
    const counts = [...this.#opened.keys()].map((executionId) => this.#given.get(executionId)?.length ?? 0);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  isOpened(executionId: number): boolean {
    return this.#opened.has(executionId);
  }

  open(executionId: number): void {
    if (!this.#opened.has(executionId)) this.#opened.set(executionId, this.#jobs.hold(executionId));
  }

  close(executionId: number): void {
    this.#opened.get(executionId)?.dispose();
    this.#opened.delete(executionId);
  }

  /** Lets go of all that is known of Executions that there are no more. */
  keepOnly(isThere: (executionId: number) => boolean): void {
    const known = new Set([...this.#opened.keys(), ...this.#counts.keys(), ...this.#given.keys()]);
    for (const executionId of known) {
      if (isThere(executionId)) continue;
      this.close(executionId);
      this.#counts.delete(executionId);
      this.#given.delete(executionId);
    }
  }

  /** So many Jobs of an Execution may be rows. */
  countOf(executionId: number): number {
    return this.#counts.get(executionId) ?? pageSize;
  }

  showMore(executionId: number): void {
    this.#counts.set(executionId, this.countOf(executionId) + pageSize);
  }

  /** Whether other Jobs are below an Execution than VS Code was given. */
  hasOthers(executionId: number): boolean {
    const given = this.#given.get(executionId);
    const jobs = this.#jobs.rows(executionId);
    if (given === undefined || jobs === undefined) return false;
    return given.length !== jobs.length || given.some(({ id }, at) => id !== jobs[at]?.id);
  }

  /** VS Code is about to ask for them anew. */
  forget(executionId: number): void {
    this.#given.delete(executionId);
  }

  /** Where the service cannot be reached, those that are held: the view's message says from when they are. */
  async #load(executionId: number): Promise<readonly JobView[]> {
    try {
      return await this.#jobs.load(executionId);
    } catch (error) {
      const held = this.#jobs.rows(executionId);
      if (held === undefined) throw error;
      return held;
    }
  }

  dispose(): void {
    for (const hold of this.#opened.values()) hold.dispose();
    this.#opened.clear();
  }
}
