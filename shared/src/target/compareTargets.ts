import type { PerhapsTarget } from './targetKey.ts';

/** An order of Targets that no name and no other Target changes. */
export function compareTargets(a: PerhapsTarget, b: PerhapsTarget): number {
  return (
    a.repositoryId - b.repositoryId ||
    compare(a.baseRef ?? '', b.baseRef ?? '') ||
    compare(a.directory ?? '', b.directory ?? '')
  );
}

/** By code units, the same everywhere. */
function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
