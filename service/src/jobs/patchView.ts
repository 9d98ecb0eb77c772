import type { PatchView } from '@flotilla/shared/views';

/** What the row of an Attempt says of its Patch. */
export interface PatchColumns {
  readonly base_tree: string | null;
  readonly result_tree: string | null;
  readonly patch_files: number;
  readonly patch_added_lines: number;
  readonly patch_removed_lines: number;
}

/** The Patch of an Attempt as editors see it; null when nothing changed or it has not succeeded. */
export function patchView(attemptId: number, row: PatchColumns): PatchView | null {
  if (row.base_tree === null || row.result_tree === null) return null;
  return {
    attemptId,
    baseTree: row.base_tree,
    resultTree: row.result_tree,
    files: row.patch_files,
    addedLines: row.patch_added_lines,
    removedLines: row.patch_removed_lines,
  };
}
