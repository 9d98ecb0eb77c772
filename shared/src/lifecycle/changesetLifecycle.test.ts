import { expect, test } from 'vitest';
import {
  changesetEvents,
  changesetMoves,
  changesetStates,
  changesetTransitions,
  nextChangesetState,
  type ChangesetState,
} from './changesetLifecycle.ts';

test('every state decides every event', () => {
  for (const state of changesetStates)
    expect(Object.keys(changesetTransitions[state]).toSorted()).toEqual([...changesetEvents].toSorted());
});

test('what is merged stays so, whatever happens', () => {
  const others = changesetEvents.filter((event) => event !== 'seeMerged' && event !== 'learn');
  for (const event of others) expect(nextChangesetState('merged', event)).toBeNull();
});

test('what others do at the host is seen in every state that has something there', () => {
  const published: readonly ChangesetState[] = changesetStates.filter(
    (state) => state !== 'unpublished' && state !== 'merged',
  );
  for (const state of published) {
    expect(nextChangesetState(state, 'seeMerged')).toBe('merged');
    expect(nextChangesetState(state, 'seeClosed')).toBe('closed');
  }
});

test('something new can be wanted of all but what is merged', () => {
  const wanted = changesetMoves('want').map(([from]) => from);
  expect(wanted).toEqual(changesetStates.filter((state) => state !== 'merged'));
});

test('the way of one that nothing happens to', () => {
  const way = ['want', 'begin', 'push', 'open', 'seeMerged'] as const;
  const states = way.reduce<ChangesetState[]>(
    (all, event) => [...all, nextChangesetState(all.at(-1) ?? 'unpublished', event) ?? 'unpublished'],
    ['unpublished'],
  );
  expect(states).toEqual(['unpublished', 'queued', 'pushing', 'publishing', 'open', 'merged']);
});

test('a state that is learned of stays', () => {
  for (const state of changesetStates) expect(nextChangesetState(state, 'learn')).toBe(state);
});
