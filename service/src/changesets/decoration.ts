import type { PullRequest } from '../codeHosts/pullRequests.ts';
import type { Decoration, LastApplied } from './lastApplied.ts';
import { markerOf } from './marker.ts';
import type { ChangesetRow } from './queries/readChangeset.ts';

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

/** Only what we look after. */
export function decorationOf({ title, body, draft }: Decoration): Decoration {
  return { title, body, draft };
}

/**
 * What is to be changed of a pull request: where we want something else than we set last, and nobody has changed that since.
 * Undefined when nothing is.
 */
export function changeOf(
  wanted: Decoration,
  seen: Pick<PullRequest, keyof Decoration>,
  last: LastApplied | null,
): Partial<Decoration> | undefined {
  if (last === null) return undefined;
  const names = (Object.keys(wanted) as (keyof Decoration)[]).filter((name) => {
    const isNew = last.wanted[name] !== wanted[name];
    const isOurs = seen[name] === last.seen[name] || seen[name] === last.wanted[name];
    return isNew && isOurs && seen[name] !== wanted[name];
  });
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, wanted[name]]));
}

function cut(text: string, most: number, note: string): string {
  return text.length <= most ? text : `${text.slice(0, most - note.length).toWellFormed()}${note}`;
}
