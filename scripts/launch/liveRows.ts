import type { AppRouter } from '@flotilla/service/router';
import type { Changes } from '@flotilla/shared/protocol/liveRows';
import type { AttemptView, ExecutionView, JobView, QueueView, RunnerView } from '@flotilla/shared/views';
import type { TRPCClient } from '@trpc/client';

/** A message of the feed of changes, with the types of its rows. A program believes the service that it was given. */
export interface KnownChanges extends Pick<Changes, 'listAnew'> {
  readonly executions: readonly ExecutionView[];
  readonly jobs: readonly JobView[];
  readonly attempts: readonly AttemptView[];
  /** All Runners; undefined where none is another. */
  readonly runners: readonly RunnerView[] | undefined;
  /** Undefined while it is as it was. */
  readonly queue: QueueView | undefined;
  /** Executions that are there no more. */
  readonly removed: readonly number[];
}

interface WatchOptions {
  /** The cursor to go on from; now without it. */
  readonly from?: string | undefined;
  readonly onChanges: (changes: KnownChanges, cursor: string) => void;
  readonly onError?: (error: unknown) => void;
}

const topics = ['executions', 'jobs', 'attempts', 'runners', 'queue'];

/** Follows the feed of changes. */
export function watchRows(
  api: TRPCClient<AppRouter>,
  { from, onChanges, onError }: WatchOptions,
): { unsubscribe(): void } {
  return api.rows.watch.subscribe(
    { topics, ...(from === undefined ? {} : { lastEventId: from }) },
    {
      onData: ({ id, data }) => onChanges(known(data), id),
      ...(onError === undefined ? {} : { onError }),
    },
  );
}

function known({ listAnew, rows, gone }: Changes): KnownChanges {
  return {
    listAnew,
    executions: (rows['executions'] ?? []) as readonly ExecutionView[],
    jobs: (rows['jobs'] ?? []) as readonly JobView[],
    attempts: (rows['attempts'] ?? []) as readonly AttemptView[],
    runners: rows['runners'] as readonly RunnerView[] | undefined,
    queue: rows['queue']?.[0] as QueueView | undefined,
    removed: gone['executions'] ?? [],
  };
}

/** All Jobs of an Execution, in the order of their Targets. */
export async function listJobs(
  api: Pick<TRPCClient<AppRouter>, 'jobs'>,
  executionId: number,
): Promise<JobView[]> {
  const jobs: JobView[] = [];
  let after: number | undefined;
  do {
    const page = await api.jobs.list.query({ executionId, ...(after === undefined ? {} : { after }) });
    jobs.push(...page.rows);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return jobs;
}
