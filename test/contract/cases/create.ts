import { expect, test } from 'vitest';
import { startProxy } from '../../support/proxy.ts';
import type { Contract } from '../contract.ts';
import { branch, expectRefusal, main, plain, propose } from '../working.ts';

/** How pull requests are opened. */
export function createCases({ can: { pullRequests: can, describes }, the }: Contract): void {
  const creates = test.skipIf(can === null);

  creates('one is opened with all that it is to have', async () => {
    await using proposed = await propose(the());
    const { byHand, pullRequests, repository, commit } = proposed;
    await byHand.makeLabel('automated');
    const wanted = {
      ...plain,
      title: 'Ändere <b>a</b> & "b"',
      body: 'Zeile 1\n\n- `x`\n\n<!-- marker -->',
      labels: can?.labels === true ? ['automated'] : [],
      reviewers: can?.reviewers === true ? [byHand.reviewer] : [],
      assignees: can?.assignees === true ? [byHand.reviewer] : [],
    };
    const made = await pullRequests.create(repository.ref, wanted);
    expect(made.warnings).toEqual([]);
    const [found, ...others] = await pullRequests.find(repository.ref, { headRef: branch, baseRef: main });
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      ...wanted,
      number: made.pullRequest.number,
      state: 'open',
      headCommit: commit,
      author: byHand.service,
      mergedAt: null,
      closedAt: null,
    });
    expect(found?.url).toContain(String(found?.number));
  });

  test.skipIf(can === null || can.draft === 'none')('one is opened as a draft', async () => {
    await using proposed = await propose(the());
    const made = await proposed.create({ draft: true });
    expect(made).toMatchObject({ draft: true, title: plain.title });
    const [found] = await proposed.pullRequests.find(proposed.repository.ref, { headRef: branch });
    expect(found).toMatchObject({ draft: true, title: plain.title });
  });

  creates('a second one is refused, and names the first', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository } = proposed;
    const { number } = await proposed.create();
    const refusal = await expectRefusal(pullRequests.create(repository.ref, plain), 'exists');
    const [found] = await pullRequests.find(repository.ref, { headRef: branch, baseRef: main });
    expect([number, undefined]).toContain(refusal.existing?.number);
    expect(found?.number).toBe(number);
  });

  creates('one of the same branch into another one is another one, whatever they are called', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository } = proposed;
    const release = 'refs/heads/release/1.0';
    await repository.clone.push('HEAD', 'release/1.0');
    const into = [await proposed.create(), await proposed.create({ baseRef: release })];
    const find = async (baseRef?: string) =>
      (
        await pullRequests.find(repository.ref, {
          headRef: branch,
          ...(baseRef !== undefined && { baseRef }),
        })
      ).map(({ number }) => number);
    expect(await find(main)).toEqual([into[0]?.number]);
    expect(await find(release)).toEqual([into[1]?.number]);
    expect(await find()).toEqual([into[1]?.number, into[0]?.number]);
    expect(await find('refs/heads/gone')).toEqual([]);
  });

  creates('one that would bring nothing is refused', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository, push, base } = proposed;
    const same = 'refs/heads/same';
    await push(base, null, same);
    await expectRefusal(pullRequests.create(repository.ref, { ...plain, headRef: same }), 'noDiff');
  });

  creates('a base that is not there is named, also where a tag or a commit is called so', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository, base } = proposed;
    await repository.clone.tag('v1', base);
    await repository.clone.push('HEAD', 'deleted');
    await repository.clone.deleteBranch('deleted');
    for (const name of ['gone', 'v1', 'deleted', base]) {
      const wanted = { ...plain, baseRef: `refs/heads/${name}` };
      const refusal = await expectRefusal(pullRequests.create(repository.ref, wanted), 'baseMissing');
      expect(refusal.message).toContain(name);
    }
  });

  creates('a branch of its own that is not there is named', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository } = proposed;
    const wanted = { ...plain, headRef: 'refs/heads/never/pushed' };
    const refusal = await expectRefusal(pullRequests.create(repository.ref, wanted), 'headMissing');
    expect(refusal.message).toContain('never/pushed');
  });

  test.skipIf(can === null || !describes)('an archived repository says so', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository, push, commit, base } = proposed;
    await repository.archive?.();
    await expectRefusal(pullRequests.create(repository.ref, plain), 'archived');
    await expectRefusal(push(base, commit), 'archived');
  });

  creates('a repository that takes none says so', async () => {
    await using proposed = await propose(the());
    await proposed.byHand.switchOff();
    await expectRefusal(proposed.pullRequests.create(proposed.repository.ref, plain), 'pullRequestsOff');
  });

  creates('the longest title and body arrive whole', async () => {
    await using proposed = await propose(the());
    const title = 'ü'.repeat(can?.maxTitle ?? 0);
    const body = '日'.repeat(can?.maxBody ?? 0);
    const made = await proposed.create({ title, body, draft: can?.draft !== 'none' });
    expect(made.title).toBe(title);
    expect(made.body === body).toBe(true);
  });

  test.skipIf(can?.labels !== true)('a label that there is not is a warning', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository, byHand } = proposed;
    await byHand.makeLabel('known');
    const made = await pullRequests.create(repository.ref, { ...plain, labels: ['known', 'un known'] });
    expect(made.pullRequest.labels.includes('known')).toBe(true);
    expect(made.warnings.every((sentence) => sentence.includes('un known'))).toBe(true);
    expect(made.warnings.length + made.pullRequest.labels.length).toBe(2);
  });

  test.skipIf(can?.reviewers !== true)(
    'people who cannot be asked are warnings, and the others are asked',
    async () => {
      await using proposed = await propose(the());
      const { pullRequests, repository, byHand } = proposed;
      const people = [byHand.reviewer, 'nobody-of-that-name', byHand.service];
      const made = await pullRequests.create(repository.ref, {
        ...plain,
        reviewers: people,
        teamReviewers: can?.teamReviewers === true ? ['no-such-team'] : [],
        assignees: can?.assignees === true ? [byHand.reviewer, 'nobody-of-that-name'] : [],
      });
      expect(made.pullRequest.reviewers).toEqual([byHand.reviewer]);
      expect(made.warnings.join('\n')).toContain('nobody-of-that-name');
      expect(made.warnings.join('\n')).toContain(byHand.service);
      expect((await pullRequests.find(repository.ref, { headRef: branch })).length).toBe(1);
    },
  );

  creates('one of a branch of that name in a fork is not taken for ours', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository, byHand } = proposed;
    const theirs = await byHand.openFromFork('flotilla/change');
    expect(await pullRequests.find(repository.ref, { headRef: branch, baseRef: main })).toEqual([]);
    const { number } = await proposed.create();
    const found = await pullRequests.find(repository.ref, { headRef: branch, baseRef: main });
    expect(found.map((one) => one.number)).toEqual([number]);
    expect(number).not.toBe(theirs);
  });

  creates('of two who open it at once one does, and the other is told', async () => {
    await using proposed = await propose(the());
    const { pullRequests, repository } = proposed;
    const ends = await Promise.allSettled([1, 2].map(() => pullRequests.create(repository.ref, plain)));
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    const found = await pullRequests.find(repository.ref, { headRef: branch, baseRef: main });
    const [open, ...others] = found.filter(({ state }) => state === 'open');
    expect(others).toEqual([]);
    expect(refused).toMatchObject([{ code: 'exists', existing: { number: open?.number } }]);
  });

  creates('an answer that is lost leaves one, which is found and named', async () => {
    await using proposed = await propose(the());
    const { repository } = proposed;
    const { host, openAt } = the();
    const { origin } = new URL(host.location);
    await using proxy = await startProxy(origin, { answers: loseCreated });
    const { pullRequests: lossy } = openAt({ location: host.location.replace(origin, proxy.url) });
    const refusal = await expectRefusal(
      lossy?.create(repository.ref, plain) ?? Promise.resolve(),
      'unavailable',
    );
    expect(refusal.unclear).toBe(true);
    const find = () => proposed.pullRequests.find(repository.ref, { headRef: branch, baseRef: main });
    const [found, ...others] = await find();
    expect(found?.body).toBe(plain.body);
    expect(others).toEqual([]);
    await expectRefusal(proposed.pullRequests.create(repository.ref, plain), 'exists');
    expect(await find()).toHaveLength(1);
  });
}

/** Cuts the connection when the host says that it has made something. */
async function* loseCreated(data: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of data) {
    if (chunk.includes('HTTP/1.1 201')) throw new Error('the answer is lost');
    yield chunk;
  }
}
