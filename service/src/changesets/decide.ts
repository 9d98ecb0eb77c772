import type { MergeWish, Wish } from '@flotilla/shared/campaign/wishes';
import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { requireVisibleChangesets } from './requireVisibleChangesets.ts';
import { storeDecision, type Decided } from './queries/storeDecision.ts';
import { storeGatePassed } from './queries/storeGatePassed.ts';
import { storeMergeWish, storeWish } from './queries/storeWish.ts';

interface DecideContext {
  readonly sql: Sql;
  readonly hints: Pick<Hints, 'publish'>;
}

/** The Changesets for which something changed. */
export interface Done {
  readonly done: readonly number[];
}

/** Decides about the commit of somebody else at which a Changeset is held. Throws `campaign.conflict` when it is held there no more. */
export async function decide(context: DecideContext, user: User, decided: Decided): Promise<void> {
  await requireVisibleChangesets(context.sql, user, [decided.changesetId]);
  if (!(await storeDecision(context.sql, user, decided)))
    throw new FlotillaError(
      'campaign.conflict',
      `The changeset is not held at ${decided.commit.slice(0, 12)} any more. Look at it again.`,
    );
  publish(context);
}

/** Lets the Patches of Changesets that a gate holds pass it, for a reason; answers which those are. */
export function passGate(
  context: DecideContext,
  user: User,
  passed: { readonly changesetIds: readonly number[]; readonly reason: string },
): Promise<Done> {
  return ofVisible(context, user, passed, storeGatePassed);
}

/** Wants something of several Changesets; answers how many of them it means something for. */
export function wish(
  context: DecideContext,
  user: User,
  wanted: { readonly changesetIds: readonly number[]; readonly wish: Wish },
): Promise<Done> {
  return ofVisible(context, user, wanted, storeWish);
}

/** Wants open Changesets merged; answers which of them are open. */
export function merge(
  context: DecideContext,
  user: User,
  wanted: { readonly changesetIds: readonly number[]; readonly merge: MergeWish },
): Promise<Done> {
  return ofVisible(context, user, wanted, storeMergeWish);
}

/** Stores what a person says of several Changesets, if they may see all of them. */
async function ofVisible<Said extends { readonly changesetIds: readonly number[] }>(
  context: DecideContext,
  user: User,
  said: Said,
  store: (sql: Sql, user: User, said: Said) => Promise<Done>,
): Promise<Done> {
  await requireVisibleChangesets(context.sql, user, said.changesetIds);
  const answer = await store(context.sql, user, said);
  publish(context);
  return answer;
}

function publish({ hints }: DecideContext): void {
  hints.publish('changes');
  hints.publish('work');
}
