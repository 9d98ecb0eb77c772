import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './access.ts';
import { actions } from './actions.ts';
import { at, changedXid, createdAt, id, ref } from './columns.ts';
import { plans } from './plans.ts';

/** Campaigns: a Plan that is kept published as pull requests. */
export const campaigns = pgTable(
  'campaigns',
  {
    id: id(),
    /** Made by the client: the same key is the same Campaign. */
    requestKey: uuid('request_key').notNull().unique(),
    /** No two have it, whatever the case of their letters. */
    name: text().notNull(),
    description: text().notNull().default(''),
    /** The Action whose results it publishes. */
    actionId: ref('action_id')
      .notNull()
      .references(() => actions.id),
    /** What its Changesets are to say, and how they are published. */
    template: jsonb().$type<CampaignTemplate>().notNull(),
    /** What it publishes at present. */
    planId: ref('plan_id')
      .notNull()
      .references(() => plans.id),
    /** The Execution that it was last updated from: an older one does not replace its results. */
    executionId: ref('execution_id').notNull(),
    /** The Execution that looks, or looked, whether anything is left to change; null where none did. */
    driftExecutionId: ref('drift_execution_id'),
    /** When that was known; null while it is not. */
    driftCheckedAt: at('drift_checked_at'),
    /** In how many repositories it would change something: 0 is complete. */
    drifted: integer(),
    /** Of how many it is not known, because their Jobs failed. */
    driftMissing: integer('drift_missing'),
    createdBy: ref('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
    /** Why it was published although Targets were missing; null when none were. */
    partialReason: text('partial_reason'),
    /** Null while it is open. */
    closedAt: at('closed_at'),
    changedXid: changedXid(),
  },
  (t) => [
    uniqueIndex('campaigns_name').on(sql`lower(${t.name})`),
    index().on(t.changedXid),
    index().on(t.planId),
    index().on(t.actionId),
    index().on(t.driftExecutionId),
  ],
);

/** Campaigns that are there no more, for editors that hold them. */
export const removedCampaigns = pgTable(
  'removed_campaigns',
  { campaignId: ref('campaign_id').primaryKey(), changedXid: changedXid() },
  (t) => [index().on(t.changedXid)],
);
