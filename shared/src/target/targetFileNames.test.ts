import { assert, property, shuffledSubarray } from 'fast-check';
import { expect, test } from 'vitest';
import { anyTargets } from './anyTargets.ts';
import type { Target } from './target.ts';
import { targetFileNames } from './targetFileNames.ts';

const web: Target = {
  codeHostId: 1,
  codeHost: 'github.com',
  repositoryId: 1,
  repository: 'acme/web',
  baseRef: 'refs/heads/main',
  baseRevision: '0'.repeat(40),
  directory: '',
};
const elsewhere: Target = { ...web, codeHostId: 2, codeHost: '/srv/git', repositoryId: 2 };

const files = (...targets: Target[]) => targets.map(targetFileNames(targets, '.patch'));

test.each<[string, Target[], string[]]>([
  ['its repository', [web], ['acme__web.patch']],
  ['its host too', [web, elsewhere], ['github.com__acme__web.patch', '__srv__git__acme__web.patch']],
  [
    'its branch too',
    [web, { ...web, baseRef: 'refs/heads/release/2' }],
    ['acme__web@main.patch', 'acme__web@release__2.patch'],
  ],
  [
    'its directory too',
    [web, { ...web, directory: 'apps/a' }],
    ['acme__web.patch', 'acme__web_apps__a.patch'],
  ],
  [
    'a number where file systems take two for the same',
    [
      { ...web, repositoryId: 9, repository: 'ACME/web' },
      web,
      { ...web, repositoryId: 5, repository: 'acme__web' },
    ],
    ['ACME__web-3.patch', 'acme__web-2.patch', 'acme__web.patch'],
  ],
])('the file of a Target says %s', (_what, targets, names) => {
  expect(files(...targets)).toEqual(names);
});

test('a file stays in its folder, whatever host, branch and directory are called', () => {
  const hostile = { ...web, codeHost: '../..', baseRef: 'refs/heads/C:\\x', directory: '/etc/passwd' };
  const [first, second] = files(hostile, { ...hostile, baseRef: '../../b', directory: '..\\c' });
  const [third] = files({ ...hostile, repository: '' }, { ...elsewhere, repository: '' });
  expect([first, second, third]).toEqual([
    'acme__web@C___x___etc__passwd.patch',
    'acme__web@..__..__b_..__c.patch',
    '___..__.patch',
  ]);
});

test('a Target that is none of those that have files gets none', () => {
  expect(() => targetFileNames([web], '.patch')(elsewhere)).toThrow('is none of the Targets');
});

test('whatever the Targets, each has a file of its own in the folder, the same for any order', () => {
  const shuffled = anyTargets.chain((targets) =>
    shuffledSubarray(targets, { minLength: targets.length }).map((other) => ({ targets, other })),
  );
  assert(
    property(shuffled, ({ targets, other }) => {
      const names = files(...targets);
      const folded = names.map((name) => name.normalize('NFKC').toUpperCase().toLowerCase());
      expect(new Set(folded).size).toBe(targets.length);
      for (const name of names) expect(name).not.toMatch(/[/\\<>:"|?*\p{Cc}\p{Cs}]|^[.\s~-]|[.\s]$/u);
      expect(targets.map(targetFileNames(other, '.patch'))).toEqual(names);
    }),
    { numRuns: 300 },
  );
});
