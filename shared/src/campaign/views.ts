/**
 * What the service tells an editor of Campaigns. As in views.ts: ids are numbers, times Unix milliseconds by the database's
 * clock unless said otherwise, everything is plain JSON.
 */
import type { ChangesetState } from '../lifecycle/changesetLifecycle.ts';
import type { NamedRepository } from '../target/target.ts';
import type { CampaignTemplate } from './campaignTemplate.ts';
import type { ChangesetReason } from './changesetReason.ts';

export type ChangesetCounts = Readonly<Record<ChangesetState, number>>;

/** What the Action of a Campaign, run again, would change. */
export interface DriftView {
  /** The Execution that looked; null where nothing is in the scope any more. */
  readonly executionId: number | null;
  /** When that was known; null while it runs. */
  readonly at: number | null;
  /** In how many repositories something is to be changed; with none, and none missing, the Campaign is complete. */
  readonly repositories: number | null;
  /** Of how many it is not known, because their Jobs failed. */
  readonly missing: number | null;
}

export interface CampaignView {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly actionId: number;
  readonly actionName: string;
  /** The Execution that it was last updated from. It may have been removed since. */
  readonly executionId: number;
  readonly planId: number;
  readonly template: CampaignTemplate;
  /** Of its Changesets, without those that have left it. */
  readonly counts: ChangesetCounts;
  /** Whether anything is left to change, as far as somebody has looked; null where nobody has. */
  readonly drift: DriftView | null;
  /** So many of them do not go on without somebody (needsPerson.ts). */
  readonly needing: number;
  readonly createdBy: string;
  /** Whether the asking user made it. */
  readonly mine: boolean;
  readonly createdAt: number;
  /** Null while it is open. */
  readonly closedAt: number | null;
}

export interface ChangesetView extends NamedRepository {
  readonly id: number;
  readonly campaignId: number;
  readonly baseRef: string;
  readonly directory: string;
  /** `refs/heads/…` at the host. */
  readonly branch: string;
  readonly state: ChangesetState;
  /** Why it is held, failed or waits; null when there is nothing to say. */
  readonly reason: ChangesetReason | null;
  readonly title: string;
  /** By the host's own word, such as "pull request"; null where a branch is all that there is. */
  readonly word: string | null;
  readonly number: number | null;
  readonly url: string | null;
  readonly review: 'approved' | 'changesRequested' | 'commented' | 'pending' | 'dismissed' | null;
  readonly approvals: number;
  readonly checks: 'pending' | 'failed' | 'passed' | null;
  readonly mergeable: boolean | null;
  /** The trees before and after, both to be read from the service, and the size of what is between them. */
  readonly baseTree: string;
  readonly resultTree: string;
  readonly files: number;
  readonly addedLines: number;
  readonly removedLines: number;
  readonly executionId: number;
  readonly jobId: number;
  readonly actionVersion: number;
  readonly publishedAt: number | null;
  readonly endedAt: number | null;
  /** When it left its Campaign, because its Target is not to be changed any more; null while it belongs to it. */
  readonly detachedAt: number | null;
  readonly lookedAt: number | null;
}

/** What a Campaign would publish for a Target. */
export interface CampaignPreviewRow extends NamedRepository {
  readonly baseRef: string;
  readonly directory: string;
  /** `refs/heads/…`, with a number behind it where another Changeset has that name. */
  readonly branch: string;
  readonly title: string;
  /** Of the body and the commit's message, the beginning. */
  readonly body: string;
  readonly message: string;
  readonly files: number;
  readonly addedLines: number;
  readonly removedLines: number;
}

/** What a Campaign of an Execution would publish. Nothing has been made. */
export interface CampaignPreview {
  readonly rows: readonly CampaignPreviewRow[];
  /** Targets without a result, so that creating it takes a word why; and of how many. */
  readonly missing: number;
  readonly of: number;
}
