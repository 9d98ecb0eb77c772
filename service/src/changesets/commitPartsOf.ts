import type { CommitParts } from './buildCommit.ts';
import type { ChangesetRow } from './queries/readChangeset.ts';

/** What the commit of a Changeset is made of: its Patch on the base that this was made on. */
export function commitPartsOf(row: ChangesetRow): CommitParts {
  return {
    changesetId: row.id,
    key: row.key,
    parent: row.baseRevision,
    tree: row.resultTree,
    message: row.message,
    authorName: row.authorName,
    authorEmail: row.authorEmail,
    date: Math.floor(row.commitDate / 1000),
  };
}
