import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startProxy } from '../../support/proxy.ts';
import type { Contract } from '../contract.ts';
import { branch, expectRefusal, main, work } from '../working.ts';

/** What becomes of branches. */
export function pushCases({ can, takesToken, the }: Contract): void {
  const pushes = test.skipIf(!can.push);

  pushes(
    'a branch is made, moved, moved back and deleted, and each is the same when it is done again',
    async () => {
      await using working = await work(the());
      const { mirror, base, push, headOf } = working;
      const first = await mirror.makeCommit(base, { 'a.txt': 'A\n' });
      const second = await mirror.makeCommit(base, { 'a.txt': 'AA\n' });
      const moves = [
        [first, null],
        [second, first],
        [first, second],
        [null, first],
      ] as const;
      for (const [commit, expected] of moves) {
        expect(await push(commit, expected)).toEqual({ kind: 'done' });
        expect(await headOf()).toBe(commit);
        expect(await push(commit, expected)).toEqual({ kind: 'same' });
        expect(await headOf()).toBe(commit);
      }
    },
  );

  pushes('a branch that is there and was to be made is left as it is', async () => {
    await using working = await work(the());
    const { mirror, base, push, headOf, repository } = working;
    const theirs = await repository.clone.commit('flotilla/change', { 'b.txt': 'by hand\n' });
    const ours = await mirror.makeCommit(base, { 'a.txt': 'A\n' });
    expect(await push(ours, null)).toEqual({ kind: 'stale', remote: theirs });
    expect(await headOf()).toBe(theirs);
  });

  pushes('a commit of somebody else survives whatever is pushed, and is named', async () => {
    await using working = await work(the());
    const { mirror, base, push, headOf, repository } = working;
    const ours = await mirror.makeCommit(base, { 'a.txt': 'A\n' });
    await push(ours, null);
    const theirs = await repository.clone.commit('flotilla/change', { 'b.txt': 'by hand\n' });
    const next = await mirror.makeCommit(base, { 'a.txt': 'AA\n' });
    expect(await push(next, ours)).toEqual({ kind: 'stale', remote: theirs });
    expect(await push(null, ours)).toEqual({ kind: 'stale', remote: theirs });
    expect(await headOf()).toBe(theirs);
    // Until somebody says that exactly this one goes.
    expect(await push(next, theirs)).toEqual({ kind: 'done' });
  });

  pushes('a branch that somebody deleted is stale for who would move it', async () => {
    await using working = await work(the());
    const { mirror, base, push, repository } = working;
    const ours = await mirror.makeCommit(base, { 'a.txt': 'A\n' });
    await push(ours, null);
    await repository.clone.deleteBranch('flotilla/change');
    const next = await mirror.makeCommit(base, { 'a.txt': 'AA\n' });
    expect(await push(next, ours)).toEqual({ kind: 'stale', remote: null });
  });

  pushes('of several who push at once one wins, and the others see its commit', async () => {
    await using working = await work(the());
    const { mirror, base, push, headOf } = working;
    const commits: string[] = [];
    for (const text of ['1', '2', '3', '4']) commits.push(await mirror.makeCommit(base, { 'a.txt': text }));
    const outcomes = await Promise.all(commits.map((commit) => push(commit, null)));
    const winner = commits[outcomes.findIndex(({ kind }) => kind === 'done')];
    expect(await headOf()).toBe(winner);
    expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind !== 'done')).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'stale', remote: winner })),
    );
  });

  pushes('a rule that forbids it is named', async () => {
    await using working = await work(the());
    const { mirror, base, push, headOf, repository } = working;
    const rule = await repository.protect('main');
    const commit = await mirror.makeCommit(base, { 'a.txt': 'A\n' });
    expect(await push(commit, base, main)).toEqual({ kind: 'refused', rule: expect.stringMatching(rule) });
    expect(await headOf(main)).toBe(base);
  });

  pushes.each([
    ['clash', 'refs/heads/clash/deeper'],
    ['clash/deeper', 'refs/heads/clash'],
  ])('the branch %s is named that is in the way of %s', async (there, wanted) => {
    await using working = await work(the());
    const { mirror, base, push, repository } = working;
    await repository.clone.commit(there, { 'b.txt': 'by hand\n' });
    const commit = await mirror.makeCommit(base, { 'a.txt': 'A\n' });
    expect(await push(commit, null, wanted)).toEqual({
      kind: 'refused',
      rule: expect.stringContaining(`refs/heads/${there}`),
    });
  });

  pushes.each(['ümläut/日本', 'issue#1', '100%25', "it's", 'a;b$(c)&d', '@x/-y', 'A.B_c+d=e'])(
    'a branch may be called %s',
    async (name) => {
      await using working = await work(the());
      const { mirror, base, push, headOf } = working;
      const commit = await mirror.makeCommit(base, { 'a.txt': 'A\n' });
      const full = `refs/heads/${name}`;
      expect(await push(commit, null, full)).toEqual({ kind: 'done' });
      expect(await headOf(full)).toBe(commit);
      expect(await push(null, commit, full)).toEqual({ kind: 'done' });
      expect(await headOf(full)).toBeNull();
    },
  );

  pushes('modes, symbolic links and bytes arrive as they are', async () => {
    await using working = await work(the());
    const { mirror, base, push, repository } = working;
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
    const files = {
      'run.sh': { content: '#!/bin/sh\n', executable: true },
      link: { symlink: '../outside' },
      bytes,
    } as const;
    const commit = await mirror.makeCommit(base, files);
    await push(commit, null);
    const tree = await repository.clone.tree('flotilla/change');
    expect(tree).toMatch(/^100755 blob \w+\trun\.sh$/m);
    expect(tree).toMatch(/^120000 blob \w+\tlink$/m);
    expect(await repository.clone.contains('flotilla/change', commit)).toBe(true);
  });

  test.skipIf(!can.push || !takesToken)(
    'its credential is in no argument, no environment and no configuration while git works',
    async () => {
      const { secret, openAt, host } = the();
      await using working = await work(the());
      const { mirror, base, repository } = working;
      const { origin } = new URL(host.location);
      const found: string[] = [];
      const seen = new Set<string>();
      // Whenever the host has answered, and git waits for that, all programs are looked at.
      await using proxy = await startProxy(origin, {
        async *answers(data) {
          for await (const chunk of data) {
            found.push(...(await programsWith(secret, seen)));
            yield chunk;
          }
        },
      });
      const commit = await mirror.makeCommit(base, { 'a.txt': 'A\n' });
      const watched = openAt({ location: host.location.replace(origin, proxy.url) });
      const change = { mirrorPath: mirror.path, branch, commit, expect: null };
      expect(await watched.push(repository.ref, change)).toEqual({ kind: 'done' });
      expect([...seen].some((name) => name.includes('remote-http'))).toBe(true);
      expect(found).toEqual([]);
      expect(await readFile(join(mirror.path, 'config'), 'utf8')).not.toContain(secret);
    },
  );

  test.skipIf(!takesToken)('a wrong credential is refused as such, after one try', async () => {
    const { host, openAt } = the();
    await using working = await work(the());
    const { mirror, base, repository } = working;
    await using proxy = await startProxy(new URL(host.location).origin);
    const location = host.location.replace(new URL(host.location).origin, proxy.url);
    const other = openAt({ location, secret: 'not-the-credential' });
    const commit = await mirror.makeCommit(base, { 'a.txt': 'A\n' });
    const change = { mirrorPath: mirror.path, branch, commit, expect: null };
    const refusal = await expectRefusal(other.push(repository.ref, change), 'credential');
    expect(refusal.message).not.toContain('not-the-credential');
    expect(refusal.retry).toBe('backOff');
    // Once without, once with it.
    expect(proxy.accepted).toBeLessThanOrEqual(2);
    await expect(other.list()).rejects.toThrow(/credential/);
  });
}

/** Programs of this machine whose arguments or environment have a text; notes what all programs are called. */
async function programsWith(text: string, seen: Set<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => readFile(join('/proc', pid, file), 'latin1').catch(() => '');
    const command = await read('cmdline');
    seen.add(command.split('\0').slice(0, 2).join(' '));
    if (command.includes(text) || (await read('environ')).includes(text)) found.push(command);
  }
  return found;
}
