import { executionState, noJobs } from '@flotilla/shared/lifecycle/executionState';
import type { TestService } from '../testService.ts';
import type { ExecutionModel, LifecycleModel } from './model.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** What there is to see of an Execution: the same of the model and of the service. */
export interface Picture {
  readonly id: number;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly held: number;
  readonly paused: 'person' | 'failures' | null;
  /** How often it has ended. */
  readonly ends: number;
  /** Jobs by id, each with the states of its Attempts in order. */
  readonly jobs: readonly {
    readonly id: number;
    readonly state: string;
    readonly held: boolean;
    readonly attempts: readonly string[];
  }[];
}

export const pictureOfModel = (model: LifecycleModel): Picture[] => model.executions.map(pictureOf);

function pictureOf({ id, paused, jobs, cancelRequested, hasEnded, ends }: ExecutionModel): Picture {
  const counts = { ...noJobs };
  for (const { state } of jobs) counts[state] += 1;
  const pictures = jobs.map((job) => ({
    id: job.id,
    state: job.state,
    held: job.state === 'queued' && !job.ready,
    attempts: job.attempts.map(({ state }) => state),
  }));
  const held = pictures.filter((job) => job.held).length;
  const state = executionState(counts, { cancelRequested, hasEnded });
  return { id, state, counts, held, paused, ends, jobs: pictures };
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
  const numbers = await sql<{ id: string; ends: number }[]>`
    select id, end_number as ends from executions
     where id in (select value::bigint from jsonb_array_elements_text(${sql.json([...executionIds])}))`;
  const endsOf = new Map(numbers.map((row) => [Number(row.id), row.ends]));
  const statesOf = new Map(attempts.map((row) => [Number(row.job_id), row.states]));
  return Promise.all(
    executionIds.map(async (executionId) => {
      const [{ id, state, counts, held, paused }, jobs] = await Promise.all([
        api.executions.get.query({ executionId }),
        listJobs(api, executionId),
      ]);
      return {
        id,
        state,
        counts,
        held,
        ends: endsOf.get(id) ?? Number.NaN,
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
