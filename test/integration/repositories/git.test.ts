import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from 'vitest';
import {
  git,
  GitError,
  GitLimitError,
  openGit,
  readGit,
  type GitOptions,
} from '../../../service/src/git/git.ts';
import { limitsOfLanes } from '../../../service/src/git/lanes.ts';
import { makeRepository } from '../../support/repositories.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

let gitDir: string;
beforeAll(async () => {
  const folder = await temporaryFolder();
  await makeRepository(folder.path, { files: { 'a.txt': 'text\n', 'b.txt': 'text\n' } });
  gitDir = `${folder.path}/.git`;
  return () => folder[Symbol.asyncDispose]();
});

/** How a user asks git. */
const askedBy = (owner: string) => ({ gitDir, lane: 'reader', owner }) as const;
/** Whether git answers whoever asks so. */
const answers = async (options: GitOptions) => (await git(['rev-parse', 'HEAD'], options)).exitCode === 0;

/** A git that waits for its input, which does not come. */
const waits = ['cat-file', '--batch'];
const nothing = {
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    await new Promise<never>(() => undefined);
    yield new Uint8Array();
  },
};

test('a git that takes longer than it may is ended, and says so', async () => {
  const failed = await git(waits, { gitDir, input: nothing, timeLimitMs: 50 }).catch(
    (error: unknown) => error,
  );
  expect(failed).toBeInstanceOf(GitLimitError);
  expect(failed).toMatchObject({ limit: 'time', message: 'git cat-file took longer than 0.05 s' });
});

test('a git that needs more memory than it may is a sentence', async () => {
  const input = 'a'.repeat(40_000_000);
  const memoryBytes = 16 * 1024 * 1024;
  await expect(git(['hash-object', '--stdin'], { gitDir, input, memoryBytes })).rejects.toMatchObject({
    limit: 'memory',
    message: 'git hash-object needs more than 16 MiB of memory',
  });
});

test('a git that writes more than its caller takes is ended', async () => {
  const many = git(['rev-parse', ...Array.from({ length: 100 }, () => 'HEAD')], {
    gitDir,
    maxOutputBytes: 100,
  });
  await expect(many).rejects.toMatchObject({ limit: 'output' });
});

test.each([
  ['an argument with a NUL', ['show', 'a\0b'], 'has a NUL'],
  ['arguments that are too long', ['show', 'a'.repeat(3_000_000)], 'E2BIG'],
])('%s is refused at once, and takes no slot', async (_what, args, message) => {
  const calls = Array.from({ length: 2 * limitsOfLanes.reader.slots }, () => git(args, askedBy('user:1')));
  for (const call of calls) await expect(call).rejects.toThrow(message);
  expect(await answers(askedBy('user:1'))).toBe(true);
});

test('whoever leaves ends the git that he waits for, also before it has begun', async () => {
  const leaving = new AbortController();
  const options = { ...askedBy('user:1'), input: nothing, signal: leaving.signal };
  const calls = Array.from({ length: 5 }, () => git(waits, options));
  leaving.abort(new Error('left'));
  const ends = await Promise.allSettled(calls);
  expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
  expect(await answers(askedBy('user:1'))).toBe(true);
});

test('a user with many requests takes no slot of another user, and none of Jobs', async () => {
  const leaving = new AbortController();
  const options = { ...askedBy('user:1'), input: nothing, signal: leaving.signal };
  const calls = Array.from({ length: 20 }, () => git(waits, options));
  expect(await answers(askedBy('user:2'))).toBe(true);
  expect(await answers({ gitDir, lane: 'job' })).toBe(true);
  leaving.abort();
  await Promise.allSettled(calls);
});

test('a reader that has seen enough ends git, and that is no failure', async () => {
  const first = await readGit(['rev-list', '--all', '--objects'], { gitDir }, async (output) => {
    for await (const chunk of output) return chunk.subarray(0, 40).toString();
    return '';
  });
  expect(first).toMatch(/^[0-9a-f]{40}$/);
  const none = await readGit(waits, { gitDir, input: nothing }, () => Promise.resolve('enough'));
  expect(none).toBe('enough');
});

test('what a reader throws is thrown, and git is ended', async () => {
  const reading = readGit(waits, { gitDir, input: nothing }, () => Promise.reject(new Error('no more')));
  await expect(reading).rejects.toThrow('no more');
});

test('an open git gives its output, its failure, and its slot back', async () => {
  const options = { gitDir, lane: 'base', owner: 'attempt:1' } as const;
  for (let round = 0; round < 2 * limitsOfLanes.base.perOwner; round += 1)
    expect(await text(await openGit(['rev-parse', 'HEAD'], options))).toMatch(/^[0-9a-f]{40}\n$/);
  const failing = await openGit(['cat-file', 'blob', '0'.repeat(40)], options);
  await expect(text(failing)).rejects.toBeInstanceOf(GitError);
  const left = await openGit(waits, { ...options, input: nothing });
  left.destroy();
  const slow = await openGit(waits, { ...options, input: nothing, timeLimitMs: 50 });
  const [error] = (await once(slow.resume(), 'error')) as [Error];
  expect(error).toMatchObject({ limit: 'time' });
});

test('the owner of an open git ends it by his signal', async () => {
  const leaving = new AbortController();
  const open = await openGit(waits, { gitDir, input: nothing, signal: leaving.signal });
  leaving.abort();
  await expect(text(open)).rejects.toBeInstanceOf(GitError);
});
