import { rowTopic } from '../feed/topic.ts';
import { selectChangesets } from './queries/selectChangesets.ts';

/** The Changesets of Campaigns, in the order of their Targets. They go with their Campaign, which alone is announced. */
export const changesetsTopic = rowTopic({
  name: 'changesets',
  table: 'changesets',
  listedBy: 'campaign_id',
  newestFirst: false,
  select: selectChangesets,
  repositoryOf: (changeset) => changeset.repositoryId,
  view: (changeset) => changeset,
});
