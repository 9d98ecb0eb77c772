import { changesetStates } from '@flotilla/shared/lifecycle/changesetLifecycle';
import { expect, test } from 'vitest';
import { aChangeset } from '../../model/builders.ts';
import { inShownOrder } from './changesetOrder.ts';

test('what needs somebody comes first, and what has ended last', () => {
  const changesets = [
    ...changesetStates.map((state, at) => aChangeset({ id: at + 1, state })),
    aChangeset({ id: 90, state: 'open', review: 'changesRequested' }),
    aChangeset({ id: 91, state: 'draft', review: 'changesRequested' }),
  ];
  const shown = inShownOrder(changesets).map(({ state, review }) => (review === null ? state : `${state}!`));
  expect(shown).toEqual([
    'held',
    'failed',
    'open!',
    'draft!',
    'open',
    'draft',
    'queued',
    'pushing',
    'publishing',
    'unpublished',
    'readOnly',
    'closed',
    'deleted',
    'merged',
  ]);
});

test('those in the same state stay in the order of their Targets', () => {
  const changesets = [3, 1, 2].map((id) => aChangeset({ id }));
  expect(inShownOrder(changesets).map(({ id }) => id)).toEqual([3, 1, 2]);
});

test('what has left its Campaign is not shown', () => {
  expect(inShownOrder([aChangeset({ state: 'closed', detachedAt: 1000 })])).toEqual([]);
});
