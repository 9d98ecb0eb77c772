import type { Sql } from '../../db/database.ts';
import type { Claimer } from './claimJobs.ts';

/** Runners with the same labels, which one statement can serve. */
export interface ClaimersWithLabels {
  readonly labels: readonly string[];
  readonly claimers: readonly Claimer[];
}

/** Groups claimers by the labels that their Runners said at hello. Those that a person drains are left out. */
export async function claimersByLabels(
  sql: Sql,
  claimers: readonly Claimer[],
): Promise<ClaimersWithLabels[]> {
  const ids = [...new Set(claimers.map(({ runnerId }) => runnerId))];
  const rows = await sql<{ id: string; labels: readonly string[] }[]>`
    select id, to_jsonb(labels) as labels from runners
     where id in (select value::uuid from jsonb_array_elements_text(${sql.json(ids)})) and drain_requested_at is null`;
  const labelsOf = new Map(rows.map((row) => [row.id, row.labels]));
  const served = claimers.filter(({ runnerId }) => labelsOf.has(runnerId));
  const groups = Map.groupBy(served, ({ runnerId }) => JSON.stringify(labelsOf.get(runnerId)?.toSorted()));
  return [...groups.values()].map((group) => ({
    labels: labelsOf.get(group[0]?.runnerId ?? '') ?? [],
    claimers: group,
  }));
}
