import type { LeftOutReason } from '@flotilla/shared/query/leftOutReason';
import type { LeftOutView } from '@flotilla/shared/views';
import type { LeftByFilter } from '../db/schema/executions.ts';

/** Reasons that are a filter's verdict on a repository that was listed and searched. All others say that nobody knows. */
const verdicts: ReadonlySet<LeftOutReason['kind']> = new Set([
  'nameDiffers',
  'nameExcluded',
  'noFile',
  'noText',
]);

/** What filters left out of a scope, by reason: there are few of these, and perhaps many repositories. */
export function leftByFilter(leftOut: readonly LeftOutView[]): readonly LeftByFilter[] {
  const decided = leftOut.filter(({ reason }) => verdicts.has(reason.kind));
  return [...Map.groupBy(decided, ({ reason }) => JSON.stringify(reason)).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [{ reason: first.reason, repositories: group.map(({ repositoryId }) => repositoryId) }];
  });
}
