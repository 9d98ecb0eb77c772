import type { PullRequest, WantedPullRequest } from '../codeHosts/pullRequests.ts';
import { markerOf } from './marker.ts';
import type { ChangesetRow } from './queries/readChangeset.ts';

/** What we set of a pull request, and look after; what people change of it is theirs from then on. */
export type Decoration = Pick<WantedPullRequest, 'title' | 'body' | 'draft'>;

/** A pull request as it is to be, within what its host takes. */
export function decorationWanted(
  row: Pick<ChangesetRow, 'title' | 'body' | 'publication' | 'key'>,
  { maxTitle, maxBody }: { readonly maxTitle: number; readonly maxBody: number },
): Decoration {
  const marker = `\n\n${markerOf(row.key)}`;
  return {
    title: cut(row.title, maxTitle, '…'),
    body:
      cut(
        row.body,
        maxBody - marker.length,
        '\n\n(It is longer than its code host takes, and was cut here.)',
      ) + marker,
    draft: row.publication === 'draft',
  };
}

/**
 * What is to be changed of a pull request: where we want something else than we set last, and nobody has changed that since.
 * Undefined when nothing is.
 */
export function changeOf(
  wanted: Decoration,
  seen: Pick<PullRequest, keyof Decoration>,
  lastApplied: Readonly<Record<string, unknown>> | null,
): Partial<Decoration> | undefined {
  const names = (Object.keys(wanted) as (keyof Decoration)[]).filter((name) => {
    const last = lastApplied?.[name];
    const isNew = last !== wanted[name];
    const isOurs = seen[name] === last;
    return isNew && isOurs && seen[name] !== wanted[name];
  });
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, wanted[name]]));
}

function cut(text: string, most: number, note: string): string {
  return text.length <= most ? text : `${text.slice(0, most - note.length).toWellFormed()}${note}`;
}
