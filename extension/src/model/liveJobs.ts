import type { jobsTopic } from '@flotilla/service/jobs/jobsTopic';
import type { ExecutionView } from '@flotilla/shared/views';
import { job } from '../connection/rowShapes.ts';
import { liveExecutions } from './liveExecutions.ts';
import { rowKind } from './liveKind.ts';

/** The Jobs of an Execution, in the order of their Targets. */
export const liveJobs = rowKind<typeof jobsTopic, ExecutionView>({
  topic: 'jobs',
  shape: job,
  newestFirst: false,
  mostOfAList: 100_000,
  parent: {
    kind: liveExecutions,
    idOf: ({ executionId }) => executionId,
    // An Execution has none before its scope is resolved.
    size: ({ counts }) => Object.values<number>(counts).reduce((sum, count) => sum + count, 0),
    kept: { lists: 20, rows: 20_000 },
  },
});
