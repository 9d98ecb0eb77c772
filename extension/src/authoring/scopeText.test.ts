import { expect, test } from 'vitest';
import { aTarget } from '../model/builders.ts';
import { scopeText } from './scopeText.ts';

const heading = { actionName: 'bump-node', host: '127.0.0.1:7420', askedAt: 0 };

test('a preview lists what would be changed, and what is left out with the reason', () => {
  const text = scopeText(
    {
      query: 'repo:web',
      targets: [
        aTarget({ baseRevision: 'a'.repeat(40) }),
        aTarget({
          repositoryId: 2,
          repository: 'web-api',
          baseRef: 'refs/heads/release/2',
          baseRevision: 'b'.repeat(40),
        }),
      ],
      leftOut: [
        {
          ...aTarget({ repositoryId: 3, repository: 'docs' }),
          reason: { kind: 'nameDiffers', pattern: 'web' },
        },
      ],
    },
    heading,
  );
  expect(text).toContain(
    [
      '2 repositories would be changed',
      '  web      main @ aaaaaaaaaaaa',
      '  web-api  release/2 @ bbbbbbbbbbbb',
      '',
      '1 repository is left out',
      '  docs  does not match repo:web',
    ].join('\n'),
  );
});

test('a scope that matches nothing says so', () => {
  expect(scopeText({ query: 'x', targets: [], leftOut: [] }, heading)).toContain(
    'No repositories would be changed',
  );
});

test('repositories of one name have their host in front', () => {
  const other = aTarget({ codeHostId: 2, codeHost: 'gitea', repositoryId: 2 });
  const text = scopeText(
    { query: 'x', targets: [aTarget()], leftOut: [{ ...other, reason: { kind: 'notChosen' } }] },
    heading,
  );
  expect(text).toContain('  repositories/web  main @');
  expect(text).toContain('  gitea/web  was not chosen');
});
