import type { Fragment } from 'postgres';
import type { Sql } from '../db/database.ts';

/**
 * The rank behind which an owner's new Jobs begin where owners share fairly: behind his own that wait, and at the place
 * that has been served last, not behind what others have waiting (start-time fair queueing, with Jobs of equal length).
 * While nobody has been served, that is the place before the first that waits. A Job that was cancelled before it was
 * claimed was not served: its rank is 0. Ranks are compared among Jobs of one priority and one set of labels, so a Job
 * that nobody can run holds up nobody's place. Null where owners do not share (class 0), or the line is new: the rank is
 * then the Job's id.
 */
export function fairRank(
  sql: Sql,
  of: { readonly fairnessClass: Fragment; readonly priority: Fragment; readonly requirementId: Fragment },
): Fragment {
  const { fairnessClass, priority, requirementId } = of;
  return sql`case when ${fairnessClass} <> 0 then greatest(
    (select max(rank) from jobs where state = 'queued' and fairness_class <> 0
        and requirement_id = ${requirementId} and priority = ${priority} and fairness_class = ${fairnessClass}),
    coalesce(
      (select max(rank) from jobs where state <> 'queued' and fairness_class <> 0
          and requirement_id = ${requirementId} and priority = ${priority} and rank > 0),
      (select min(rank) - 1 from jobs where state = 'queued' and ready and fairness_class <> 0
          and requirement_id = ${requirementId} and priority = ${priority}))) end`;
}
