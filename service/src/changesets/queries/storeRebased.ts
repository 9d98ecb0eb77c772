import { changedNow } from '../../db/changedNow.ts';
import type { Sql } from '../../db/database.ts';
import { fenced } from '../../work/fenced.ts';
import type { WorkLease } from '../../work/workKind.ts';

export interface Rebased {
  readonly changesetId: number;
  readonly lease: WorkLease;
  readonly wantedNumber: number;
  readonly baseRevision: string;
  readonly baseTree: string;
  readonly resultTree: string;
}

/** Keeps what is wanted after a rebase, which is done by that. False when the lease or the wish is another one by now. */
export async function storeRebased(sql: Sql, rebased: Rebased): Promise<boolean> {
  const rows = await sql`
    with held as materialized (${fenced(sql, rebased.lease)})
    update changesets
       set base_revision = ${rebased.baseRevision}, base_tree = ${rebased.baseTree},
           result_tree = ${rebased.resultTree}, rebase = false, wanted_number = wanted_number + 1, ${changedNow(sql)}
      from held
     where changesets.id = ${rebased.changesetId} and wanted_number = ${rebased.wantedNumber}
    returning changesets.id`;
  return rows.length > 0;
}
