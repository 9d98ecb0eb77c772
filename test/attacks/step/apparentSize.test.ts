import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeRepository } from '../../support/repositories.ts';
import { attackedRunners, type AttackedRunner } from '../support/attackedRunner.ts';
import type { Lanes } from '../support/lanes.ts';
import { withinBounds } from '../support/withinBounds.ts';

let lanes: Lanes<AttackedRunner>;
beforeAll(async () => {
  const target = await attackedRunners({
    repositories: (folder) =>
      makeRepository(join(folder, 'plain'), {
        files: { file: 'text\n', empty: '', '.gitignore': 'ignored/\n' },
      }),
  });
  ({ lanes } = target);
  return () => target[Symbol.asyncDispose]();
});

const resources = { memory: '256m', disk: '200m' };
/** The repository's git and a look at the disk. */
const programs = 2;

const tooLarge = (path: string, size: string) =>
  `The steps left "${path}" of ${size}; the limit for a file of a patch is 100 MiB. Leave large files out in a step, or by .gitignore.`;
const tooMuch =
  'The files that the steps changed have more than 500 MiB together, which is the limit. Leave large files out in a step, or by .gitignore.';

test.concurrent.each([
  ['a new file of 1,900 MB without content', 'truncate -s 1900M large', tooLarge('large', '1.9 GiB')],
  ['one of 3 GiB', 'truncate -s 3G large', tooLarge('large', '3 GiB')],
  ['one of 10 TiB', 'truncate -s 10T large', tooLarge('large', '10240 GiB')],
  ['one a byte above the limit', `truncate -s ${100 * 1024 ** 2 + 1} large`, tooLarge('large', '100 MiB')],
  ['a tracked file that grew', 'truncate -s 1900M file', tooLarge('file', '1.9 GiB')],
  ['a tracked file without content that grew', 'truncate -s 3G empty', tooLarge('empty', '3 GiB')],
  ['a .gitattributes', 'truncate -s 1900M .gitattributes', tooLarge('.gitattributes', '1.9 GiB')],
  [
    'a text by its attributes',
    'echo "* text eol=crlf ident working-tree-encoding=UTF-16" > .gitattributes; truncate -s 1900M file',
    tooLarge('file', '1.9 GiB'),
  ],
  ['a file in a new folder', 'mkdir -p a/b && truncate -s 1G a/b/c', tooLarge('a/b/c', '1 GiB')],
  ['a name with a line end', `truncate -s 1G "$(printf 'a\\nb')"`, tooLarge('a b', '1 GiB')],
  [
    'a program that was a link',
    'ln -s file link; rm link; truncate -s 1G link; chmod +x link',
    tooLarge('link', '1 GiB'),
  ],
  ['eleven files of 49 MB', 'for i in 1 2 3 4 5 6 7 8 9 10 11; do truncate -s 49M large$i; done', tooMuch],
  [
    '510 names of one file of 1 MiB',
    'mkdir d; truncate -s 1M d/0; for i in $(seq 510); do ln d/0 d/$i; done',
    tooMuch,
  ],
])('%s is an error that names it, of one Attempt', (_what, script, message) =>
  lanes.use(async (target) => {
    const { job, attempts } = await withinBounds(target, () => target.runStep(script, { resources }), {
      programs,
    });
    expect(job.outcome).toEqual({ kind: 'errored', reason: 'patch', step: null, message });
    expect(attempts).toHaveLength(1);
  }),
);

test.concurrent.each([
  ['in what .gitignore leaves out', 'mkdir ignored && truncate -s 3G ignored/large'],
  ['behind a link', 'mkdir ignored && truncate -s 3G ignored/large && ln -s ignored/large link'],
  ['elsewhere in the container', 'truncate -s 3G /var/large'],
  ['that is gone', 'truncate -s 3G large && rm large'],
])('a file of 3 GiB %s is no part of the Patch, and costs nothing', (_what, script) =>
  lanes.use(async (target) => {
    const run = () => target.runStep(`${script}; echo changed > file`, { resources });
    const { job } = await withinBounds(target, run, { programs });
    expect(job).toMatchObject({ state: 'succeeded', outcome: { kind: 'succeeded' } });
  }),
);

test.concurrent.each([
  ['45 MiB of empty lines where there was a line', "yes '' | head -c 45M > file"],
  ['90 MiB without a line', 'head -c 90M /dev/zero > file'],
])('git that compares %s has no more memory than it gets', (_what, script) =>
  lanes.use(async (target) => {
    const run = () => target.runStep(script, { resources });
    // A gibibyte (docs/spec/limits.md), and what the kernel maps of files.
    const { job, attempts } = await withinBounds(target, run, { programs, programBytes: 1100 * 1024 ** 2 });
    expect(['succeeded', 'errored']).toContain(job.state);
    expect(attempts).toHaveLength(1);
  }),
);

test.concurrent('a Step that changes 20,001 files is told so', () =>
  lanes.use(async (target) => {
    const { job } = await withinBounds(
      target,
      () => target.runStep(`perl -e 'for (0..20000) {open F, ">$_"}'`),
      {
        programs,
      },
    );
    expect(job.outcome).toHaveProperty(
      'message',
      'The steps changed more than 20,000 files, which is the limit. Leave large files out in a step, or by .gitignore.',
    );
  }));
