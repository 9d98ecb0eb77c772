import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import type { PullRequest, PullRequestRef } from '../../../service/src/codeHosts/pullRequests.ts';
import { waitFor } from '../../support/waitFor.ts';
import type { Contract } from '../contract.ts';
import { propose, read } from '../working.ts';

/** What is seen of pull requests, of many at once. */
export function syncCases({ can: { pullRequests: can }, the }: Contract): void {
  const syncs = test.skipIf(can === null);

  syncs('many are read, and those that are gone among them are said to be', async () => {
    await using resources = new AsyncDisposableStack();
    const refs: PullRequestRef[] = [];
    for (let index = 0; index < 3; index += 1) {
      const proposed = resources.use(await propose(the()));
      refs.push(await proposed.create());
    }
    const [first] = refs;
    if (first === undefined) throw new Error('there is none');
    const gone = { ...first, number: 987_654, externalId: null };
    const nowhere = {
      ...first,
      repository: { externalId: '987654321', name: 'nobody/nothing' },
      externalId: null,
    };
    const { pullRequests } = the().host;
    const seen = new Map<PullRequestRef, PullRequest | null>();
    const requests = await countRequests(async () => {
      for await (const [ref, found] of pullRequests?.read([gone, ...refs, nowhere]) ?? [])
        seen.set(ref, found);
    });
    expect(seen.size).toBe(5);
    // Each batch with its reviews and checks.
    expect(requests).toBeLessThanOrEqual(3 * Math.ceil(5 / (can?.readBatch ?? 1)));
    expect([seen.get(gone), seen.get(nowhere)]).toEqual([null, null]);
    expect(refs.map((ref) => seen.get(ref)?.number)).toEqual(refs.map(({ number }) => number));
  });

  test.skipIf(can?.changeFeed !== true)('what has changed since a moment of the host’s is told', async () => {
    await using quiet = await propose(the());
    const untouched = await quiet.create();
    await using proposed = await propose(the());
    const { byHand, pullRequests, repository } = proposed;
    const made = await proposed.create();
    const since = made.createdAt;
    const changed = async (from: number) => {
      const found: number[] = [];
      for await (const ref of pullRequests.changedSince?.(from, [repository.ref]) ?? [])
        found.push(ref.number);
      return found;
    };
    expect(await changed(since)).toEqual([made.number]);
    await byHand.close(made.number);
    const closed = await pullRequests.setState(made, 'closed');
    expect(await changed(closed.updatedAt)).toEqual([made.number]);
    // An hour later by the host's clock nothing has happened yet.
    expect(await changed(closed.updatedAt + 3_600_000)).toEqual([]);
    expect(untouched.number).toBeGreaterThan(0);
  });

  syncs('what reviewers say is seen', async () => {
    await using proposed = await propose(the());
    const { byHand } = proposed;
    const made = await proposed.create();
    expect(await read(proposed, made)).toMatchObject({ review: 'pending', approvals: 0 });
    await byHand.review(made.number, 'comment');
    expect(await read(proposed, made)).toMatchObject({ review: 'commented', approvals: 0 });
    await byHand.review(made.number, 'requestChanges');
    expect(await read(proposed, made)).toMatchObject({ review: 'changesRequested', approvals: 0 });
    await byHand.review(made.number, 'approve');
    expect(await read(proposed, made)).toMatchObject({ review: 'approved', approvals: 1 });
    await byHand.review(made.number, 'comment');
    expect(await read(proposed, made)).toMatchObject({ review: 'approved', approvals: 1 });
  });

  test.skipIf(can?.checks !== true)('what checks say is seen', async () => {
    await using proposed = await propose(the());
    const { byHand, commit } = proposed;
    const made = await proposed.create();
    expect((await read(proposed, made))?.checks).toBeNull();
    for (const [state, checks] of [
      ['pending', 'pending'],
      ['failure', 'failed'],
      ['success', 'passed'],
    ] as const) {
      await byHand.report?.(commit, state);
      expect((await read(proposed, made))?.checks).toBe(checks);
    }
  });

  syncs('what can be merged is not said to be in conflict while nobody knows', async () => {
    await using proposed = await propose(the());
    const made = await proposed.create();
    expect(made.mergeable).not.toBe(false);
    await waitFor('it to be mergeable', async () => (await read(proposed, made))?.mergeable === true);
    await proposed.repository.clone.commit('main', { 'a.txt': 'something else\n' });
    await waitFor('it not to be', async () => (await read(proposed, made))?.mergeable !== true);
  });
}

/** How many requests this process begins while something is done. */
async function countRequests(what: () => Promise<void>): Promise<number> {
  let count = 0;
  const begun = () => (count += 1);
  subscribe('undici:request:create', begun);
  try {
    await what();
  } finally {
    unsubscribe('undici:request:create', begun);
  }
  return count;
}
