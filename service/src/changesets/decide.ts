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
export async function passGate(
  context: DecideContext,
  user: User,
  passed: { readonly changesetIds: readonly number[]; readonly reason: string },
): Promise<{ readonly done: readonly number[] }> {
  await requireVisibleChangesets(context.sql, user, passed.changesetIds);
  const answer = await storeGatePassed(context.sql, user, passed);
  publish(context);
  return answer;
}

/** Wants something of several Changesets; answers how many of them it means something for. */
export async function wish(
  context: DecideContext,
  user: User,
  wanted: { readonly changesetIds: readonly number[]; readonly wish: Wish },
): Promise<{ readonly done: readonly number[] }> {
  await requireVisibleChangesets(context.sql, user, wanted.changesetIds);
  const answer = await storeWish(context.sql, user, wanted);
  publish(context);
  return answer;
}

/** Wants open Changesets merged; answers which of them are open. */
export async function merge(
  context: DecideContext,
  user: User,
  wanted: { readonly changesetIds: readonly number[]; readonly merge: MergeWish },
): Promise<{ readonly done: readonly number[] }> {
  await requireVisibleChangesets(context.sql, user, wanted.changesetIds);
  const answer = await storeMergeWish(context.sql, user, wanted);
  publish(context);
  return answer;
}

function publish({ hints }: DecideContext): void {
  hints.publish('changes');
  hints.publish('work');
}
