import type { attemptsTopic } from '@flotilla/service/jobs/attemptsTopic';
import type { JobView } from '@flotilla/shared/views';
import { attempt } from '../connection/rowShapes.ts';
import { rowKind } from './liveKind.ts';
import { liveJobs } from './liveJobs.ts';

/** The Attempts of a Job, newest first; of a Job that runs the current one with the Job, whose row says how far it is. */
export const liveAttempts = rowKind<typeof attemptsTopic, JobView>({
  topic: 'attempts',
  shape: attempt,
  newestFirst: true,
  mostOfAList: 1000,
  parent: {
    kind: liveJobs,
    idOf: ({ jobId }) => jobId,
    shownOf: ({ state, currentAttemptId }) => (state === 'running' ? currentAttemptId : null),
    kept: { lists: 20, rows: 200 },
  },
});
