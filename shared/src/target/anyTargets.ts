/** Targets for property tests. */
import { constantFrom, integer, oneof, record, string, uniqueArray } from 'fast-check';
import type { Target } from './target.ts';

/** Names that are likely to meet, to lead elsewhere or to be what no file is called, and any others. */
const anyName = oneof(
  string({ unit: constantFrom('a', 'A', '/', '@', ':', '.', '_', ' ', '\u200b', '\n', '(2)'), maxLength: 4 }),
  string({ unit: 'binary', maxLength: 20 }),
);
const hosts = ['a', 'A', 'a/a'] as const;

const anyRepository = record({ codeHost: constantFrom(...hosts), repository: anyName });
const anyPlace = record({
  /** Index of its repository, among more than there may be. */
  at: integer({ min: 0, max: 4 }),
  branch: constantFrom('main', 'a', 'a/b', 'A'),
  directory: oneof(constantFrom('', 'a', 'a/b'), anyName),
});

/** Different Targets as the service may have them: a host has each name once. */
export const anyTargets = record({
  repositories: uniqueArray(anyRepository, { minLength: 1, maxLength: 5, selector: JSON.stringify }),
  places: uniqueArray(anyPlace, { maxLength: 8, selector: JSON.stringify }),
}).map(({ repositories, places }) =>
  places.flatMap(({ at, branch, directory }): Target[] => {
    const repository = repositories[at];
    if (repository === undefined) return [];
    return [
      {
        ...repository,
        codeHostId: hosts.indexOf(repository.codeHost) + 1,
        repositoryId: at + 1,
        baseRef: `refs/heads/${branch}`,
        baseRevision: '0'.repeat(40),
        directory,
      },
    ];
  }),
);
