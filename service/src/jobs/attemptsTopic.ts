import { rowTopic } from '../feed/topic.ts';
import { selectAttempts } from './queries/selectAttempts.ts';

/** The Attempts of Jobs, with their Steps, newest first. They change also where their Job does not, and go with it. */
export const attemptsTopic = rowTopic({
  name: 'attempts',
  table: 'attempts',
  listedBy: 'job_id',
  newestFirst: true,
  select: selectAttempts,
  repositoryOf: ({ repositoryId }) => repositoryId,
  view: ({ attempt }) => attempt,
});
