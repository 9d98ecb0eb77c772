import { splitNul } from '../git/git.ts';

export interface LineCounts {
  readonly path: string;
  /** The path before a rename; null otherwise. */
  readonly previousPath: string | null;
  /** Null for binary files. */
  readonly addedLines: number | null;
  readonly removedLines: number | null;
}

/** Reads `--numstat -z`: `added TAB removed TAB path NUL`, and for renames an empty path, then both paths. */
export function parseNumstat(output: Buffer): LineCounts[] {
  const items = splitNul(output);
  const counts: LineCounts[] = [];
  for (let index = 0; index < items.length; index++) {
    const [added = '', removed = '', ...rest] = (items[index] ?? '').split('\t');
    const path = rest.join('\t');
    const numbers = {
      addedLines: added === '-' ? null : Number(added),
      removedLines: removed === '-' ? null : Number(removed),
    };
    if (path !== '') counts.push({ path, previousPath: null, ...numbers });
    else {
      counts.push({ path: items[index + 2] ?? '', previousPath: items[index + 1] ?? '', ...numbers });
      index += 2;
    }
  }
  return counts;
}
