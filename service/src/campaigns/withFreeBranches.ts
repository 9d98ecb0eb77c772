import type { NewChangeset } from '../changesets/insertingChangesets.ts';
import type { Sql } from '../db/database.ts';
import { branchKey, takenBranches } from './queries/takenBranches.ts';

/** Gives each Changeset a branch that no other one has: by a number behind the name, as `name-2`. */
export async function withFreeBranches(
  sql: Sql,
  changesets: readonly NewChangeset[],
): Promise<readonly NewChangeset[]> {
  const taken = new Set(
    await takenBranches(
      sql,
      changesets.map(({ item }) => item.repositoryId),
    ),
  );
  return changesets.map(({ item, texts }) => {
    const branch = freeBranch(texts.branch, (name) => !taken.has(branchKey(item.repositoryId, name)));
    taken.add(branchKey(item.repositoryId, branch));
    return { item, texts: { ...texts, branch } };
  });
}

/** A branch by this name, or the first with a number behind it, that is free. */
export function freeBranch(wanted: string, isFree: (branch: string) => boolean): string {
  let branch = wanted;
  for (let number = 2; !isFree(branch); number += 1) branch = `${wanted}-${number}`;
  return branch;
}
