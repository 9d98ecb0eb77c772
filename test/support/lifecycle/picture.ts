import { executionState, noJobs } from '@flotilla/shared/lifecycle/executionState';
import type { TestService } from '../testService.ts';
import type { ExecutionModel, LifecycleModel } from './model.ts';

/** What there is to see of an Execution: the same of the model and of the service. */
export interface Picture {
  readonly id: number;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly held: number;
  readonly paused: 'person' | 'failures' | null;
  /** Jobs by id, each with the states of its Attempts in order. */
  readonly jobs: readonly {
    readonly id: number;
    readonly state: string;
    readonly held: boolean;
    readonly attempts: readonly string[];
  }[];
}

export const pictureOfModel = (model: LifecycleModel): Picture[] => model.executions.map(pictureOf);

function pictureOf({ id, paused, jobs, cancelRequested }: ExecutionModel): Picture {
  const counts = { ...noJobs };
  for (const { state } of jobs) counts[state] += 1;
  const pictures = jobs.map((job) => ({
    id: job.id,
    state: job.state,
    held: job.state === 'queued' && !job.ready,
    attempts: job.attempts.map(({ state }) => state),
  }));
  const held = pictures.filter((job) => job.held).length;
  return { id, state: executionState(counts, cancelRequested), counts, held, paused, jobs: pictures };
}

/** What editors see, and the rows of the Attempts. */
export async function pictureOfService(
  { api, service: { sql } }: TestService,
  executionIds: readonly number[],
): Promise<Picture[]> {
  const attempts = await sql<{ job_id: string; states: string[] }[]>`
    select job_id, jsonb_agg(attempts.state order by number) as states
      from attempts join jobs on jobs.id = job_id
     where execution_id in (select value::bigint from jsonb_array_elements_text(${sql.json([...executionIds])}))
     group by job_id`;
  const statesOf = new Map(attempts.map((row) => [Number(row.job_id), row.states]));
  return Promise.all(
    executionIds.map(async (executionId) => {
      const [{ id, state, counts, held, paused }, jobs] = await Promise.all([
        api.executions.get.query({ executionId }),
        api.jobs.list.query({ executionId }),
      ]);
      return {
        id,
        state,
        counts,
        held,
        paused: paused === null ? null : paused.by === null ? 'failures' : 'person',
        jobs: jobs
          .map((job) => ({
            id: job.id,
            state: job.state,
            held: job.held,
            attempts: statesOf.get(job.id) ?? [],
          }))
          .sort((a, b) => a.id - b.id),
      };
    }),
  );
}
