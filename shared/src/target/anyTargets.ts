/** Targets for property tests. */
import { constantFrom, integer, oneof, record, string, uniqueArray } from 'fast-check';
import type { Target } from './target.ts';

/** Names that meet: with a host in front, a branch or a directory behind, by letter case, or by what is not seen. */
const meeting =
  'web WEB a/web a/a/web a__web web@a web@a:a web:a web_a web-2 web\u200b web\u202e w\u00e9b we\u0301b';
/** Names that lead elsewhere, or are what no file is called. */
const leading = string({ unit: constantFrom('a', '/', '.', '\\', ':', ' ', '\n', '\0'), maxLength: 4 });
const anyName = oneof(
  { arbitrary: constantFrom('web (2)', 'web\u200b (2)', ...meeting.split(' ')), weight: 8 },
  { arbitrary: leading, weight: 1 },
  { arbitrary: string({ unit: 'binary', maxLength: 20 }), weight: 1 },
);
const hosts = ['a', 'A', 'a/a'] as const;

const anyRepository = record({ codeHost: constantFrom(...hosts), repository: anyName });
const anyPlace = record({
  /** Index of its repository, among more than there may be. */
  at: integer({ min: 0, max: 4 }),
  branch: constantFrom('main', 'a', 'a:a'),
  directory: oneof(constantFrom('', 'a', 'A', 'a\u200b', 'a\u202e'), leading),
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
