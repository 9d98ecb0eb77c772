import type { ChangesetReason } from '@flotilla/shared/campaign/changesetReason';
import { buildCommit, hasCommit, mergeTrees, newestAmong } from './buildCommit.ts';
import { commitPartsOf } from './commitPartsOf.ts';
import type { Wanted } from './nextStep.ts';
import type { Reconciling } from './reconciling.ts';

/**
 * What a Changeset is to be, with its commit, which is made in the mirror; or why it cannot be made. Where somebody else's commit
 * is kept, ours is on top of it.
 */
export async function wantedOf({
  context,
  row,
  mirrorPath,
  signal,
}: Reconciling): Promise<Wanted | { readonly conflict: ChangesetReason }> {
  const { keeps, publication, pushedCommit, decision, closedBy, reopen, merge } = row;
  const parts = commitPartsOf(row);
  let commit = await buildCommit(mirrorPath, parts, signal);
  if (keeps !== null) {
    if (!(await hasCommit(mirrorPath, keeps, signal))) await context.hosts.bringIn(row.repository.id, signal);
    // What they built on is what ours was then: only what is new since is brought on top.
    const foundation = await newestAmong(mirrorPath, keeps, new Set(row.ours), signal);
    const next =
      foundation === undefined
        ? commit
        : await buildCommit(mirrorPath, { ...parts, parent: foundation }, signal);
    const merged = await mergeTrees(mirrorPath, [keeps, next], signal);
    if (merged.kind === 'conflict')
      return { conflict: { kind: 'foreignConflict', commit: keeps, paths: merged.paths } };
    commit = await buildCommit(mirrorPath, { ...parts, parent: keeps, tree: merged.tree }, signal);
  }
  return {
    publication,
    commit,
    ours: new Set(row.ours),
    pushedCommit,
    decision,
    keeps,
    closedBy,
    reopen,
    merge,
    hasPullRequest: row.pullRequest !== null,
  };
}
