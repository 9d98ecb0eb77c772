import { gitText } from '../git/git.ts';
import type { WorkOutcome } from '../work/workOutcome.ts';
import { buildCommit, hasCommit, mergeTrees } from './buildCommit.ts';
import { commitPartsOf } from './commitPartsOf.ts';
import { moveChangeset } from './queries/moveChangeset.ts';
import { storeRebased } from './queries/storeRebased.ts';
import type { Reconciling } from './reconciling.ts';

/**
 * Brings the Patch of a Changeset to its base as that is now, because a person asked for it; from then on that is what is wanted.
 * Where the two conflict, it is held. Undefined: there is more to do.
 */
export async function rebase(
  reconciling: Reconciling,
  base: string | null,
): Promise<WorkOutcome | undefined> {
  const { context, row, lease, mirrorPath: gitDir, signal } = reconciling;
  const wanted = { changesetId: row.id, lease, wantedNumber: row.wantedNumber };
  const stay = { baseRevision: row.baseRevision, baseTree: row.baseTree, resultTree: row.resultTree };
  if (base === null || base === row.baseRevision) {
    await storeRebased(context.sql, { ...wanted, ...stay });
    return undefined;
  }
  if (!(await hasCommit(gitDir, base, signal))) await context.hosts.bringIn(row.repository.id, signal);
  const commit = await buildCommit(gitDir, commitPartsOf(row), signal);
  const merged = await mergeTrees(gitDir, [base, commit], signal);
  if (merged.kind === 'conflict') {
    await storeRebased(context.sql, { ...wanted, ...stay });
    const reason = { kind: 'baseConflict', base, paths: merged.paths } as const;
    await moveChangeset(context.sql, {
      ...wanted,
      wantedNumber: row.wantedNumber + 1,
      event: 'hold',
      learned: { reason },
    });
    context.hints.publish('changes');
    return { kind: 'done' };
  }
  const baseTree = await gitText(['rev-parse', '--verify', `${base}^{tree}`], { gitDir, signal });
  await storeRebased(context.sql, { ...wanted, baseRevision: base, baseTree, resultTree: merged.tree });
  return undefined;
}
