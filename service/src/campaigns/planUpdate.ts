import type { UpdateAction, UpdateReason } from '@flotilla/shared/campaign/campaignUpdate';
import type { ChangesetState } from '@flotilla/shared/lifecycle/changesetLifecycle';
import { targetKey } from '@flotilla/shared/target/targetKey';
import type { Plan, PlanItem } from '../plans/readPlan.ts';

/** A Changeset as an update looks at it. */
export interface PublishedChangeset {
  readonly id: number;
  readonly repositoryId: number;
  readonly baseRef: string;
  readonly directory: string;
  readonly state: ChangesetState;
  readonly closedBy: 'us' | 'person' | null;
  readonly baseRevision: string;
  readonly resultTree: string;
  /** Whether its host says that it conflicts with its base. */
  readonly conflicts: boolean;
}

/** What an update does to one Target. */
export interface UpdateRow {
  readonly action: UpdateAction;
  readonly reason: UpdateReason;
  /** Null where one is to be made. */
  readonly changeset: PublishedChangeset | null;
  /** What the Plan says; null of a Target that it does not have. */
  readonly item: PlanItem | null;
}

/** How a new Patch compares to the one that a Changeset has. */
export type PatchComparison = 'same' | 'sameOnOtherBase' | 'differs';

/** States in which there is something that can be published, or is. */
const live: ReadonlySet<ChangesetState> = new Set([
  'unpublished',
  'queued',
  'pushing',
  'publishing',
  'open',
  'draft',
  'held',
  'failed',
  'readOnly',
]);

/**
 * What an update of a Campaign to a Plan does, Target by Target: those of the Plan in its order, then those that it does not have.
 * `compare` answers for a Changeset and the Patch that is to take its place.
 */
export async function planUpdate(
  plan: Plan,
  changesets: readonly PublishedChangeset[],
  compare: (changeset: PublishedChangeset, item: PlanItem) => Promise<PatchComparison>,
): Promise<readonly UpdateRow[]> {
  const byTarget = Map.groupBy(changesets, targetKey);
  const left = new Set(plan.leftOut.flatMap(({ repositories }) => repositories));
  const rows: UpdateRow[] = [];
  for (const item of plan.items) {
    const key = targetKey(item);
    const all = byTarget.get(key) ?? [];
    byTarget.delete(key);
    rows.push(...(await rowsOf(item, all, compare)));
  }
  for (const changeset of [...byTarget.values()].flat()) {
    const hasLeft = left.has(changeset.repositoryId);
    rows.push({ changeset, item: null, ...withoutPatch(changeset, hasLeft ? 'leftScope' : 'notCovered') });
  }
  return rows;
}

async function rowsOf(
  item: PlanItem,
  changesets: readonly PublishedChangeset[],
  compare: (changeset: PublishedChangeset, item: PlanItem) => Promise<PatchComparison>,
): Promise<readonly UpdateRow[]> {
  // Of a Target there is one that is not merged, and any number of those that are.
  const current = changesets.find(({ state }) => state !== 'merged');
  if (item.patch === null) {
    const reason = item.absence ?? 'noChanges';
    return changesets.map((changeset) => ({ changeset, item, ...withoutPatch(changeset, reason) }));
  }
  if (current !== undefined)
    return [{ changeset: current, item, ...(await withPatch(current, item, compare)) }];
  for (const merged of changesets)
    if ((await compare(merged, item)) !== 'differs')
      return [{ changeset: merged, item, action: 'keep', reason: 'merged' }];
  return [
    { changeset: null, item, action: 'create', reason: changesets.length === 0 ? 'new' : 'newAfterMerge' },
  ];
}

async function withPatch(
  changeset: PublishedChangeset,
  item: PlanItem,
  compare: (changeset: PublishedChangeset, item: PlanItem) => Promise<PatchComparison>,
): Promise<Pick<UpdateRow, 'action' | 'reason'>> {
  // What people closed stays closed, whatever the Action says.
  if (changeset.state === 'closed' && changeset.closedBy === 'person')
    return { action: 'keep', reason: 'closedByPerson' };
  if (changeset.state === 'deleted') return { action: 'keep', reason: 'deleted' };
  const comparison = await compare(changeset, item);
  if (comparison === 'same') return { action: 'untouched', reason: 'samePatch' };
  if (comparison === 'differs') return { action: 'update', reason: 'otherPatch' };
  return changeset.conflicts
    ? { action: 'update', reason: 'resolvesConflict' }
    : { action: 'untouched', reason: 'samePatch' };
}

/** Closed only where it is known that there is nothing to be changed: never because a Job failed, or nobody looked. */
function withoutPatch(
  { state }: PublishedChangeset,
  reason: UpdateReason,
): Pick<UpdateRow, 'action' | 'reason'> {
  const mayGo = reason === 'noChanges' || reason === 'leftScope';
  return {
    action: mayGo && live.has(state) ? 'closeAndDetach' : 'keep',
    reason: state === 'merged' ? 'merged' : reason,
  };
}
