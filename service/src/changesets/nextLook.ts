import type { ChangesetState } from '@flotilla/shared/lifecycle/changesetLifecycle';
import type { WorkOutcome } from '../work/workOutcome.ts';

/** What changed a while ago is looked at as seldom as that was long ago, within these bounds (domain of the field: 2 min to 8 h). */
const mostMs = 8 * 60 * 60 * 1000;

/** States in which nothing more happens unless a person wants something. */
const atRest: ReadonlySet<ChangesetState> = new Set(['merged', 'unpublished']);

/** When a Changeset in a state is looked at again; `everyMs` is the shortest time between two looks. */
export function nextLook({
  state,
  changedAt,
  everyMs,
}: {
  readonly state: ChangesetState;
  /** When something about it last happened, in Unix milliseconds. */
  readonly changedAt: number;
  readonly everyMs: number;
}): WorkOutcome {
  if (atRest.has(state)) return { kind: 'done' };
  const afterMs = Math.min(Math.max(Date.now() - changedAt, everyMs), Math.max(mostMs, everyMs));
  return { kind: 'again', due: { afterMs }, reason: 'It is looked at from time to time.' };
}
