import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { git, makeRepository } from '../../support/repositories.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { base85Lines } from '../support/base85Lines.ts';
import { lyingRunner, type LyingRunner } from '../support/lyingRunner.ts';
import { withinBounds } from '../support/withinBounds.ts';

const mebibyte = 1024 * 1024;
const id = (digit: string) => digit.repeat(40);

const resources = new AsyncDisposableStack();
let attacked: AttackedService;
let liar: LyingRunner;
/** The id of a file of 1 MiB that is in the base. */
let largeId: string;
beforeAll(async () => {
  attacked = resources.use(
    await attackedService({
      repositories: async (folder) => {
        const place = join(folder, 'one');
        await makeRepository(place, {
          files: { file: 'text\n', large: Buffer.alloc(mebibyte, 'a\0b'), lines: 'x\n'.repeat(15_000_000) },
        });
        largeId = await git(place, ['rev-parse', 'HEAD:large']);
      },
    }),
  );
  liar = resources.use(await lyingRunner(attacked, 'one'));
  return () => resources.disposeAsync();
});

/** docs/spec/limits.md: what a git that applies a Patch may have; the runtime of a program is not counted in it. */
const bounds = { programBytes: (256 + 24) * mebibyte };

const text = (...lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));
const added = (path: string, blob = id('1')) => [
  `diff --git a/${path} b/${path}`,
  'new file mode 100644',
  `index ${id('0')}..${blob}`,
];
const changed = (path: string, from: string) => [
  `diff --git a/${path} b/${path}`,
  `index ${from}..${id('1')} 100644`,
];
const packed = (kind: string, size: number, bytes: Buffer) => [
  `${kind} ${size}`,
  ...base85Lines(deflateSync(bytes)),
  '',
];
const literal = (size: number, declared = size) => [
  'GIT binary patch',
  ...packed('literal', declared, Buffer.alloc(size)),
  'literal 0',
  'HcmV?d00001',
  '',
];

/** A delta of git: the sizes of base and result, and instructions to copy so much of the base again and again. */
function delta(baseBytes: number, resultBytes: number, copies: number): Buffer {
  const copy = Buffer.from([0xf0, 0, 0, 1]);
  return Buffer.concat([size(baseBytes), size(resultBytes), ...Array.from({ length: copies }, () => copy)]);
}

function size(bytes: number): Buffer {
  const parts: number[] = [];
  for (let left = bytes; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...parts, left]);
    parts.push((left % 128) + 128);
  }
}

describe('a Patch that unpacks to more than it may is refused before git unpacks it:', () => {
  test.each<[string, () => readonly string[]]>([
    ['one file', () => [...added('zeros'), ...literal(65 * mebibyte)]],
    [
      'that says 1.9 GB',
      () => [
        ...added('zeros'),
        'GIT binary patch',
        `literal ${1900 * mebibyte}`,
        ...base85Lines(deflateSync(Buffer.alloc(mebibyte))),
        '',
      ],
    ],
    [
      'that says more than a number holds',
      () => [...added('zeros'), 'GIT binary patch', `literal ${'9'.repeat(15)}`, 'Ic${Nk-00', ''],
    ],
    [
      'many files',
      () =>
        Array.from({ length: 70 }, (_, index) => [...added(`zeros-${index}`), ...literal(mebibyte)]).flat(),
    ],
    [
      'what was there before',
      () => [
        ...added('zeros'),
        'GIT binary patch',
        'literal 1',
        'Ic${Nk-00',
        '',
        ...packed('literal', 65 * mebibyte, Buffer.alloc(65 * mebibyte)),
      ],
    ],
    [
      'a delta',
      () => [
        ...changed('large', largeId),
        'GIT binary patch',
        ...packed('delta', 4010, delta(mebibyte, 1000 * mebibyte, 1000)),
        'literal 0',
        'HcmV?d00001',
        '',
      ],
    ],
    [
      'deltas',
      () =>
        Array.from({ length: 9 }, () => [
          ...changed('large', largeId),
          'GIT binary patch',
          ...packed('delta', 40, delta(mebibyte, 8 * mebibyte, 8)),
          'literal 0',
          'HcmV?d00001',
          '',
        ]).flat(),
    ],
  ])('%s', async (_what, lines) => {
    const job = await withinBounds(attacked, () => liar.handIn(text(...lines()), id('a')));
    expect(job.outcome).toHaveProperty(
      'message',
      expect.stringContaining('its binary files have more than 64 MiB, which is the limit'),
    );
  });
});

describe('a Patch that lies about its size is refused by git, in memory that is bounded:', () => {
  test.each<[string, () => readonly string[]]>([
    ['a file', () => [...added('zeros'), ...literal(100 * mebibyte, 10)]],
    [
      'a delta',
      () => [
        ...changed('large', largeId),
        'GIT binary patch',
        ...packed('delta', 4010, delta(mebibyte, 10, 1000)),
        'literal 0',
        'HcmV?d00001',
        '',
      ],
    ],
    [
      'a delta of another base',
      () => [
        ...changed('large', largeId),
        'GIT binary patch',
        ...packed('delta', 40, delta(7, 8 * mebibyte, 8)),
        'literal 0',
        'HcmV?d00001',
        '',
      ],
    ],
    [
      'a delta that packs 100 MiB',
      () => [
        ...changed('large', largeId),
        'GIT binary patch',
        ...packed('delta', 10, Buffer.concat([delta(mebibyte, 10, 0), Buffer.alloc(100 * mebibyte)])),
        'literal 0',
        'HcmV?d00001',
        '',
      ],
    ],
  ])('%s', async (_what, lines) => {
    const patch = text(...lines());
    const job = await withinBounds(attacked, () => liar.handIn(patch, id('a')), bounds);
    expect(job).toMatchObject({ state: 'errored', outcome: { reason: 'patch' } });
  });
});

test('a line of a file of 30 MB with a line for each letter costs no more than git may have', async () => {
  const hunk = ['--- a/lines', '+++ b/lines', '@@ -1,4 +1,4 @@', '-x', '+y', ' x', ' x', ' x'];
  const patch = text(...changed('lines', id('2')), ...hunk);
  const job = await withinBounds(attacked, () => liar.handIn(patch, id('a')), bounds);
  expect(job.outcome).toHaveProperty(
    'message',
    'The patch was not accepted: git apply needs more than 256 MiB of memory.',
  );
});

const many = (count: number) => {
  const empty = `new file mode 100644\nindex ${id('0')}..e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n`;
  // In the order in which git lists them.
  const names = Array.from({ length: count }, (_, index) => String(100_000 + index));
  return Buffer.from(names.map((name) => `diff --git a/${name} b/${name}\n${empty}`).join(''));
};

test('a Patch of 20,001 files is refused', async () => {
  const job = await withinBounds(attacked, () => liar.handIn(many(20_001)), bounds);
  expect(job.outcome).toHaveProperty('message', expect.stringMatching(/it changes more than 20000 files/));
});

test('a Patch of 20,000 files is accepted, listed, and saved', async () => {
  const patch = many(20_000);
  const tree = await liar.treeOf(patch);
  const job = await withinBounds(attacked, () => liar.handIn(patch, tree), bounds);
  expect(job.patch).toMatchObject({ files: 20_000 });
  const files = await withinBounds(attacked, () => liar.filesOf(job));
  expect(files).toHaveLength(20_000);
  const saved = await withinBounds(attacked, () =>
    attacked.client.read(`/attempts/${job.patch?.attemptId}/patch`),
  );
  expect(Buffer.from(saved).equals(patch)).toBe(true);
});
