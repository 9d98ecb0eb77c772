import { changesetStates } from '@flotilla/shared/lifecycle/changesetLifecycle';
import { describe, expect, test } from 'vitest';
import { aCampaign, aChangeset, noChangesets } from '../../model/builders.ts';
import { campaignText, changesetText, countNeeding } from './campaignText.ts';

describe('a Campaign says', () => {
  test('how much of it is merged, and first what needs somebody', () => {
    const counts = {
      ...noChangesets,
      merged: 2,
      held: 1,
      failed: 2,
      open: 8,
      pushing: 1,
      queued: 2,
      deleted: 1,
    };
    expect(campaignText(aCampaign({ counts }), 0)).toBe(
      '2/17 merged · 1 needs a decision · 2 failed · 8 open · 3 queued · 1 closed',
    );
  });

  test('that all of it is', () => {
    expect(campaignText(aCampaign({ counts: { ...noChangesets, merged: 3 } }), 0)).toBe('all 3 merged');
  });

  test('since when it is closed', () => {
    const counts = { ...noChangesets, merged: 1, closed: 1 };
    expect(campaignText(aCampaign({ counts, closedAt: 0 }), 120_000)).toBe(
      'closed 2m ago · 1/2 merged · 1 closed',
    );
  });

  test.each([
    [{ executionId: 2, at: null, repositories: null, missing: null }, 'looking for drift · all 3 merged'],
    [{ executionId: 2, at: 1, repositories: 0, missing: 0 }, 'complete · all 3 merged'],
    [{ executionId: null, at: 1, repositories: 0, missing: 0 }, 'complete · all 3 merged'],
    [{ executionId: 2, at: 1, repositories: 2, missing: 0 }, 'drifted in 2 · all 3 merged'],
    [{ executionId: 2, at: 1, repositories: 0, missing: 1 }, 'of 1 it is not known · all 3 merged'],
  ])('whether its Action would change something: %j', (drift, text) => {
    const counts = { ...noChangesets, merged: 3 };
    expect(campaignText(aCampaign({ counts, drift }), 0)).toBe(text);
  });

  test('what is still to be changed before it is merged', () => {
    const drift = { executionId: 2, at: 1, repositories: 1, missing: 1 };
    expect(campaignText(aCampaign({ drift }), 0)).toBe(
      '1 still to change · of 1 it is not known · 0/1 merged · 1 open',
    );
  });

  test('nothing of a state in which it has no Changeset', () => {
    expect(campaignText(aCampaign({ counts: noChangesets }), 0)).toBe('0/0 merged');
  });
});

describe('a Changeset says', () => {
  test('its state, its number and what others say of it', () => {
    const changeset = aChangeset({ number: 12, review: 'approved', approvals: 2, checks: 'passed' });
    expect(changesetText(changeset)).toBe('open · #12 · approved by 2 · checks passed');
  });

  test('its branch where it has no number', () => {
    expect(changesetText(aChangeset())).toBe('open · flotilla/bump-node');
  });

  test('why it needs a decision, before what others say', () => {
    const reason = { kind: 'foreignCommits', commit: 'a'.repeat(40) } as const;
    expect(changesetText(aChangeset({ state: 'held', reason }))).toMatch(/^needs a decision · The branch/);
    expect(changesetText(aChangeset({ state: 'held', number: 7, checks: 'failed', reason }))).toBe(
      'needs a decision · #7 · The branch flotilla/bump-node is at aaaaaaaaaaaa, a commit that Flotilla did not push. Decide whether it is kept. · checks failed',
    );
  });

  test('that its base conflicts, and nothing of that once it is merged', () => {
    const changeset = aChangeset({ number: 12, mergeable: false, checks: 'pending' });
    expect(changesetText(changeset)).toBe('open · #12 · checks pending · conflicts with its base');
    expect(changesetText({ ...changeset, state: 'merged' })).toBe('merged · #12');
  });

  test('something in every state', () => {
    for (const state of changesetStates) expect(changesetText(aChangeset({ state }))).toMatch(/^[a-z]/);
  });
});

test('what waits for a user is in their own open Campaigns', () => {
  const campaigns = [
    aCampaign({ needing: 2 }),
    aCampaign({ id: 2, needing: 3, mine: false }),
    aCampaign({ id: 3, needing: 4, closedAt: 1 }),
    aCampaign({ id: 4, needing: 1 }),
  ];
  expect(countNeeding(campaigns)).toBe(3);
});
