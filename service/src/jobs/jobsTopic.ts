import { rowTopic } from '../feed/topic.ts';
import { selectJobs } from './queries/selectJobs.ts';

/**
 * The Jobs of Executions, in the order of their Targets. They come and go with their Execution, which alone is announced:
 * an editor lists its Jobs when it shows them.
 */
export const jobsTopic = rowTopic({
  name: 'jobs',
  table: 'jobs',
  listedBy: 'execution_id',
  newestFirst: false,
  select: selectJobs,
  repositoryOf: (job) => job.repositoryId,
  view: (job) => job,
});
