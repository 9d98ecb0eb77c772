import { listTopic } from '../feed/topic.ts';
import { selectRunners } from './queries/selectRunners.ts';

/** All Runners that nobody has forgotten, by name. */
export const runnersTopic = listTopic({
  name: 'runners',
  select: selectRunners,
  // A sign of life alone is not worth telling.
  look: (runner) => ({ ...runner, lastSeenAt: 0 }),
  repositoryOf: () => null,
  view: (runner) => runner,
});
