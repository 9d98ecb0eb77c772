import { expect, test } from 'vitest';
import type { PullRequestRef } from '../../../service/src/codeHosts/pullRequests.ts';
import { waitFor } from '../../support/waitFor.ts';
import type { Contract } from '../contract.ts';
import { branch, expectRefusal, main, plain, propose, read, type Proposed } from '../working.ts';

/** What becomes of pull requests. */
export function lifeCases({ can: { pullRequests: can }, the }: Contract): void {
  const lives = test.skipIf(can === null);

  lives('title, body and base are changed, each alone', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository } = proposed;
    await repository.clone.push('HEAD', 'next');
    let now = await proposed.create();
    const change = async (what: Parameters<typeof pullRequests.update>[1]) => {
      const { pullRequest, warnings } = await pullRequests.update(now, what);
      expect(warnings).toEqual([]);
      expect(pullRequest).toMatchObject({ title: now.title, body: now.body, baseRef: now.baseRef, ...what });
      expect(await read(proposed, now)).toMatchObject(what);
      now = pullRequest;
    };
    await change({ title: 'Another title' });
    await change({ body: 'Another body' });
    await change({ body: '' });
    await change({ baseRef: 'refs/heads/next' });
    expect(await pullRequests.update(now, {})).toMatchObject({ warnings: [] });
  });

  test.skipIf(can === null || can.draft === 'none')('a draft becomes ready, and a draft again', async () => {
    await using proposed = await propose(the());
    let now = await proposed.create({ draft: true });
    for (const draft of [false, true]) {
      now = (await proposed.pullRequests.update(now, { draft })).pullRequest;
      expect(now).toMatchObject({ draft, title: plain.title });
      expect(await read(proposed, now)).toMatchObject({ draft, title: plain.title });
    }
  });

  test.skipIf(can?.labels !== true || !can.reviewers)(
    'labels, reviewers and assignees are replaced',
    async () => {
      await using proposed = await propose(the());
      const { pullRequests, byHand } = proposed;
      for (const name of ['one', 'two']) await byHand.makeLabel(name);
      const made = await proposed.create({ labels: ['one'], reviewers: [byHand.reviewer] });
      const { pullRequest, warnings } = await pullRequests.update(made, {
        labels: ['two'],
        reviewers: [],
        assignees: can?.assignees === true ? [byHand.reviewer] : [],
      });
      expect(warnings).toEqual([]);
      expect(pullRequest).toMatchObject({
        labels: ['two'],
        reviewers: [],
        assignees: can?.assignees === true ? [byHand.reviewer] : [],
      });
    },
  );

  lives('one is closed, and closed again', async () => {
    await using proposed = await propose(the());
    const made = await proposed.create();
    for (let times = 0; times < 2; times += 1)
      expect(await proposed.pullRequests.setState(made, 'closed')).toMatchObject({ state: 'closed' });
    expect((await read(proposed, made))?.closedAt).toBeGreaterThan(0);
  });

  test.skipIf(can === null || can.reopen === 'never')('one is opened again as it was', async () => {
    await using proposed = await propose(the());
    const made = await proposed.create();
    await proposed.pullRequests.setState(made, 'closed');
    const reopened = await proposed.pullRequests.setState(made, 'open');
    expect(reopened).toMatchObject({ number: made.number, state: 'open', headCommit: proposed.commit });
  });

  test.skipIf(can === null || can.reopen === 'never')(
    'one whose branch was moved elsewhere is opened again where the host does that',
    async () => {
      await using proposed = await propose(the());
      const { pullRequests, mirror, base, push, commit } = proposed;
      const made = await proposed.create();
      await pullRequests.setState(made, 'closed');
      const other = await mirror.makeCommit(base, { 'a.txt': 'elsewhere\n' });
      await push(other, commit);
      if (can?.reopen === 'ifDescendant') {
        await expectRefusal(pullRequests.setState(made, 'open'), 'cannotReopen');
        await push(commit, other);
      }
      expect(await pullRequests.setState(made, 'open')).toMatchObject({ state: 'open' });
      await push(other, can?.reopen === 'ifDescendant' ? commit : other);
      await waitFor(
        'it to have the branch’s head',
        async () => (await read(proposed, made))?.headCommit === other,
      );
    },
  );

  test.skipIf(can === null || can.reopen === 'never')(
    'one whose branch was deleted is opened again when that is there again',
    async () => {
      await using proposed = await propose(the());
      const { pullRequests, push, commit, repository } = proposed;
      const made = await proposed.create();
      await pullRequests.setState(made, 'closed');
      await repository.clone.deleteBranch('flotilla/change');
      expect(await read(proposed, made)).toMatchObject({ state: 'closed', headRef: branch });
      expect(await pullRequests.find(repository.ref, { headRef: branch, baseRef: main })).toMatchObject([
        { number: made.number, headRef: branch },
      ]);
      await push(commit, null);
      expect(await pullRequests.setState(made, 'open')).toMatchObject({ state: 'open', headCommit: commit });
    },
  );

  lives('one whose head is another by now is not merged', async () => {
    await using proposed = await propose(the());
    const { pullRequests, mirror, base, commit, push } = proposed;
    const made = await proposed.create();
    const moved = await mirror.makeCommit(base, { 'a.txt': 'moved\n' });
    await push(moved, commit);
    const method = can?.merge[0] ?? 'merge';
    for (const when of can?.mergeWhenReady === true ? (['now', 'ready'] as const) : (['now'] as const))
      await expectRefusal(pullRequests.merge(made, { method, head: commit, when }), 'stale');
    expect((await read(proposed, made))?.state).toBe('open');
  });

  for (const method of ['merge', 'squash', 'rebase'] as const) {
    test.skipIf(can?.merge.includes(method) !== true)(`one is merged by ${method}`, async () => {
      await using proposed = await propose(the());
      const { pullRequests, commit, base, repository, headOf } = proposed;
      const made = await proposed.create();
      await mergeable(proposed, made);
      const merged = await pullRequests.merge(made, { method, head: commit, when: 'now' });
      expect(merged).toMatchObject({ state: 'merged', number: made.number });
      expect(merged.mergedAt).toBeGreaterThan(0);
      const head = await headOf(main);
      expect(head).not.toBe(base);
      expect(merged.mergeCommit).toBe(head);
      expect(await repository.clone.contains('main', commit)).toBe(method !== 'squash');
      // Whose answer was lost may ask again.
      expect(await pullRequests.merge(made, { method, head: commit, when: 'now' })).toMatchObject({
        state: 'merged',
      });
      expect(await pullRequests.setState(made, 'closed')).toMatchObject({ state: 'merged' });
    });
  }

  lives('one that is closed, a draft or in conflict is not merged, and says why', async () => {
    await using proposed = await propose(the());
    const { pullRequests, commit, repository } = proposed;
    const method = can?.merge[0] ?? 'merge';
    const options = { method, head: commit, when: 'now' } as const;
    const made = await proposed.create({ draft: can?.draft !== 'none' });
    if (can?.draft !== 'none') {
      await expectRefusal(pullRequests.merge(made, options), 'notReady');
      await pullRequests.update(made, { draft: false });
    }
    await pullRequests.setState(made, 'closed');
    await expectRefusal(pullRequests.merge(made, options), 'notReady');
    await pullRequests.setState(made, 'open');
    await repository.clone.commit('main', { 'a.txt': 'something else\n' });
    const refusal = await expectRefusalOfOneOf(pullRequests.merge(made, options), ['conflict', 'notReady']);
    expect(refusal).toMatch(/\./);
    expect((await read(proposed, made))?.mergeable).not.toBe(true);
  });

  test.skipIf(can?.mergeWhenReady !== true)(
    'one is merged by the host when its checks have succeeded',
    async () => {
      await using proposed = await propose(the());
      const { pullRequests, byHand, commit } = proposed;
      await byHand.requireCheck?.('main');
      const made = await proposed.create();
      await byHand.report?.(commit, 'pending');
      const [method = 'merge'] = can?.merge ?? [];
      const options = { method, head: commit, when: 'ready' } as const;
      expect(await pullRequests.merge(made, options)).toMatchObject({ state: 'open' });
      // Again, as if the answer had been lost.
      expect(await pullRequests.merge(made, options)).toMatchObject({ state: 'open' });
      await byHand.report?.(commit, 'success');
      await waitFor('it to be merged', async () => (await read(proposed, made))?.state === 'merged');
    },
  );

  lives('what people merge, close and delete is seen', async () => {
    await using merging = await propose(the());
    const merged = await merging.create();
    await mergeable(merging, merged);
    await merging.byHand.merge(merged.number);
    expect(await read(merging, merged)).toMatchObject({ state: 'merged' });

    await using closing = await propose(the());
    const closed = await closing.create();
    await closing.byHand.close(closed.number);
    expect(await read(closing, closed)).toMatchObject({ state: 'closed' });

    await using deleting = await propose(the());
    const deleted = await deleting.create();
    await deleting.repository.clone.deleteBranch('flotilla/change');
    if (can?.closesWithBranch === true)
      await waitFor('it to be closed', async () => (await read(deleting, deleted))?.state === 'closed');
    expect(await read(deleting, deleted)).toMatchObject({ headRef: branch });
  });

  lives('a comment is made once', async () => {
    await using proposed = await propose(the());
    const made = await proposed.create();
    const { pullRequests, byHand } = proposed;
    const comment = { text: 'Said once.', key: '6f1ed002-ab5c-4f3b-a4a6-9f3a2d5b7c10' };
    for (let times = 0; times < 2; times += 1) await pullRequests.comment(made, comment);
    await pullRequests.comment(made, { ...comment, key: '0c6cd54a-38c5-4c35-8a1d-3f1d0a1a7b11' });
    const said = await byHand.comments(made.number);
    expect(said.filter((text) => text.startsWith('Said once.'))).toHaveLength(2);
  });
}

/** Hosts look at it in their own time whether it conflicts. */
async function mergeable(proposed: Proposed, ref: PullRequestRef): Promise<void> {
  await waitFor('it to be mergeable', async () => (await read(proposed, ref))?.mergeable === true);
}

async function expectRefusalOfOneOf(call: Promise<unknown>, codes: readonly string[]): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown as { readonly code?: string; readonly message: string },
  );
  expect(codes).toContain(error?.code);
  return error?.message ?? '';
}
