/** States of a Changeset. Spec: docs/spec/changesetLifecycle.md. */
export const changesetStates = [
  'unpublished',
  'queued',
  'pushing',
  'publishing',
  'open',
  'draft',
  'held',
  'failed',
  'readOnly',
  'closed',
  'deleted',
  'merged',
] as const;
export type ChangesetState = (typeof changesetStates)[number];

/**
 * What can happen to a Changeset. The first line is what people and Plans do, the second what the service does at the host, the
 * third what it sees there that others did.
 */
export const changesetEvents = [
  ...(['want', 'withdraw'] as const),
  ...(['begin', 'push', 'open', 'draft', 'close', 'hold', 'fail', 'putOff', 'learn'] as const),
  ...(['seeOpen', 'seeDraft', 'seeClosed', 'seeMerged', 'seeDeleted', 'seeArchived'] as const),
] as const;
export type ChangesetEvent = (typeof changesetEvents)[number];

const refused = Object.fromEntries(changesetEvents.map((event) => [event, null])) as Record<
  ChangesetEvent,
  null
>;

/** Something is learned of a Changeset, and its state stays. */
const stays = <State extends ChangesetState>(state: State) => ({ ...refused, learn: state });

/** What others do at the host, whatever we are at; `seeOpen` of what we are working on is no news. */
const seen = {
  seeClosed: 'closed',
  seeMerged: 'merged',
  seeDeleted: 'deleted',
  seeArchived: 'readOnly',
} as const;

/** What has been published is wanted otherwise, or is published again. */
const published = { ...seen, seeOpen: 'open', seeDraft: 'draft', want: 'queued' } as const;

/** Every cell is decided; null means that the event is refused in that state. */
export const changesetTransitions = {
  unpublished: { ...stays('unpublished'), want: 'queued', withdraw: 'closed', seeArchived: 'readOnly' },
  queued: {
    ...stays('queued'),
    ...seen,
    want: 'queued',
    withdraw: 'unpublished',
    begin: 'pushing',
    close: 'closed',
    hold: 'held',
    fail: 'failed',
    putOff: 'queued',
    // What it wanted is there already.
    open: 'open',
    draft: 'draft',
  },
  pushing: {
    ...stays('pushing'),
    ...seen,
    want: 'queued',
    begin: 'pushing',
    push: 'publishing',
    close: 'closed',
    hold: 'held',
    fail: 'failed',
    putOff: 'queued',
    open: 'open',
    draft: 'draft',
  },
  publishing: {
    ...stays('publishing'),
    ...seen,
    want: 'queued',
    begin: 'pushing',
    open: 'open',
    draft: 'draft',
    close: 'closed',
    hold: 'held',
    fail: 'failed',
    putOff: 'queued',
  },
  open: { ...stays('open'), ...published, begin: 'pushing', close: 'closed', hold: 'held', fail: 'failed' },
  draft: { ...stays('draft'), ...published, begin: 'pushing', close: 'closed', hold: 'held', fail: 'failed' },
  held: { ...stays('held'), ...published, begin: 'pushing', close: 'closed', hold: 'held', fail: 'failed' },
  failed: { ...stays('failed'), ...published, withdraw: 'unpublished', begin: 'pushing', close: 'closed' },
  readOnly: { ...stays('readOnly'), ...published, begin: 'pushing', hold: 'held', close: 'closed' },
  closed: { ...stays('closed'), ...published },
  deleted: { ...stays('deleted'), ...published },
  merged: { ...stays('merged'), seeMerged: 'merged' },
} as const satisfies Record<ChangesetState, Record<ChangesetEvent, ChangesetState | null>>;

/** The state after an event, or null when the event is refused. */
export function nextChangesetState(state: ChangesetState, event: ChangesetEvent): ChangesetState | null {
  return changesetTransitions[state][event];
}

/** States from which an event is taken, each with the state that follows. */
export function changesetMoves(
  event: ChangesetEvent,
): readonly (readonly [from: ChangesetState, to: ChangesetState])[] {
  return changesetStates.flatMap((state) => {
    const to = nextChangesetState(state, event);
    return to === null ? [] : [[state, to] as const];
  });
}
