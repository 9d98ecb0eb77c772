import type { NamedRepository } from '../target/target.ts';
import type { Absence } from './plan.ts';

/** What an update of a Campaign does to the Changeset of a Target. */
export const updateActions = ['create', 'update', 'untouched', 'closeAndDetach', 'keep'] as const;
export type UpdateAction = (typeof updateActions)[number];

/** Why. */
export type UpdateReason =
  | 'new'
  /** Its last one is merged, and there is something more to change. */
  | 'newAfterMerge'
  | 'otherPatch'
  | 'samePatch'
  /** The same change, made on a newer base with which the present one conflicts. */
  | 'resolvesConflict'
  | 'noChanges'
  | 'leftScope'
  /** The Plan says nothing of it. */
  | 'notCovered'
  | 'closedByPerson'
  | 'deleted'
  | 'merged'
  | Absence;

/** A reason for people, as a clause about a repository. */
export const describeUpdateReason: Readonly<Record<UpdateReason, string>> = {
  new: 'it has none yet',
  newAfterMerge: 'its last one is merged, and there is more to change',
  otherPatch: 'its patch is another one',
  samePatch: 'its patch is the same',
  resolvesConflict: 'its patch is made on the current base, with which it conflicts',
  noChanges: 'there is nothing to change any more',
  leftScope: 'it is not in the scope any more',
  notCovered: 'it was not looked at',
  closedByPerson: 'somebody closed it',
  deleted: 'it is not there any more',
  merged: 'it is merged',
  failed: 'its job failed',
  timedOut: 'its job timed out',
  errored: 'its job could not be run',
  cancelled: 'its job was cancelled',
  excluded: 'a reviewer left it out',
};

/** A Target in the preview of an update. */
export interface UpdateRowView extends NamedRepository {
  readonly baseRef: string;
  readonly directory: string;
  readonly action: UpdateAction;
  readonly reason: UpdateReason;
  /** Null where one is to be made. */
  readonly changesetId: number | null;
  /** What is published of it now, and what is to be; both trees can be read from the service. Null where there is nothing. */
  readonly before: { readonly baseTree: string; readonly resultTree: string } | null;
  readonly after: { readonly baseTree: string; readonly resultTree: string } | null;
  /** What a push throws away. */
  readonly discards: { readonly approvals: number; readonly checks: 'pending' | 'failed' | 'passed' | null };
}

/** What an update of a Campaign would do. Nothing is applied but what has been seen: its digest says what that was. */
export interface CampaignUpdateView {
  readonly campaignId: number;
  readonly planId: number;
  readonly executionId: number;
  readonly digest: string;
  readonly rows: readonly UpdateRowView[];
  /** Targets without a result, so that applying it takes a word why. */
  readonly missing: number;
  /** Whether it closes so many that a person has to say so once more. */
  readonly closesMany: boolean;
}
