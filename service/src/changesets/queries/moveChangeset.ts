import type { ChangesetReason } from '@flotilla/shared/campaign/changesetReason';
import { changesetMoves, type ChangesetEvent } from '@flotilla/shared/lifecycle/changesetLifecycle';
import { changedNow } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';
import type { LastApplied } from '../lastApplied.ts';
import type { StoredPullRequest } from '../withWord.ts';
import { fenced } from '../../work/fenced.ts';
import type { WorkLease } from '../../work/workKind.ts';

/** What is learned with a move; what is not named stays as it is. */
export interface Learned {
  readonly reason?: ChangesetReason | null;
  readonly pushedCommit?: string;
  readonly closedBy?: 'us' | 'person' | null;
  readonly pullRequest?: StoredPullRequest;
  readonly lastApplied?: LastApplied;
  readonly seenHead?: string | null;
  readonly branch?: string;
  /** The wish to merge it has been granted, or refused. */
  readonly merge?: null;
}

/** Something that happened, for the history of the Changeset. */
export interface HappenedToChangeset {
  readonly kind: string;
  /** Unix milliseconds by the host's clock; null is now. */
  readonly at: number | null;
  readonly source: 'hook' | 'poll' | 'us';
  /** The same event is told once. */
  readonly key: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** In which states a Changeset has come to an end, or been published: these have a time. */
const ending = ['merged', 'closed', 'deleted'];
const published = ['open', 'draft'];

export interface Move {
  readonly changesetId: number;
  readonly lease: WorkLease;
  /** What was wanted when it was worked on: with another number, nothing is moved. */
  readonly wantedNumber: number;
  readonly event: ChangesetEvent;
  readonly learned?: Learned;
  readonly happened?: HappenedToChangeset;
}

/**
 * Moves a Changeset by an event of its life, with what was learned, and writes what happened: one auto-commit statement. False
 * when the lease is another's, somebody wants something else by now, or its state refuses the event.
 */
export async function moveChangeset(sql: Sql, move: Move): Promise<boolean> {
  const { learned = {}, happened } = move;
  const moves = Object.fromEntries(changesetMoves(move.event));
  const has = (name: keyof Learned) => name in learned;
  const json = (value: unknown) => (value == null ? null : sql.json(value as never));
  const rows = await sql`
    with held as materialized (${fenced(sql, move.lease)}),
    moves as (select ${sql.json(moves)}::jsonb as states),
    moved as (
      update changesets
         set state = states ->> state, looked_at = now(),
             reason = ${has('reason') ? json(learned.reason) : null}::jsonb,
             pushed_commit = case when ${has('pushedCommit')} then ${learned.pushedCommit ?? null} else pushed_commit end,
             closed_by = case when ${has('closedBy')} then ${learned.closedBy ?? null} else closed_by end,
             pull_request = case when ${has('pullRequest')} then ${json(learned.pullRequest)}::jsonb else pull_request end,
             last_applied = case when ${has('lastApplied')} then ${json(learned.lastApplied)}::jsonb else last_applied end,
             seen_head = case when ${has('seenHead')} then ${learned.seenHead ?? null} else seen_head end,
             merge = case when ${has('merge')} then null else merge end,
             branch = case when ${has('branch')} then ${learned.branch ?? null} else branch end,
             -- Who closes it from now on closes what is open.
             reopen = reopen and states ->> state not in ${sql(published)},
             published_at = case when states ->> state in ${sql(published)} then coalesce(published_at, now())
                                 else published_at end,
             detached_at = case when leaving and states ->> state in ('closed', 'deleted') then now() end,
             ended_at = case when states ->> state in ${sql(ending)} then coalesce(ended_at, now()) end,
             ${changedNow(sql)}
        from held, moves
       where changesets.id = ${move.changesetId} and wanted_number = ${move.wantedNumber}
         and detached_at is null and states ? state
      returning changesets.id),
    told as (
      insert into changeset_events (changeset_id, at, kind, data, source, key)
      select id, coalesce(to_timestamp(${(happened?.at ?? null) === null ? null : (happened?.at ?? 0) / 1000}::float8), now()),
             ${happened?.kind ?? ''}, ${sql.json((happened?.data ?? {}) as never)}, ${happened?.source ?? 'us'},
             ${happened?.key ?? ''}
        from moved where ${happened !== undefined}
      on conflict (changeset_id, key) do nothing)
    select id from moved`;
  return rows.length > 0;
}
