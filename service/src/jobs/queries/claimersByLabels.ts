import type { Sql } from '../../db/database.ts';
import type { Claimer } from './claimJobs.ts';

/** Runners with the same labels, which one statement can serve. */
export interface ClaimersWithLabels {
  readonly labels: readonly string[];
  readonly claimers: readonly Claimer[];
}

/**
 * Groups claimers by the labels that their Runners said at hello. Those that a person drains get
 * nothing new: only what an earlier copy of the call got.
 */
export async function claimersByLabels(
  sql: Sql,
  claimers: readonly Claimer[],
): Promise<ClaimersWithLabels[]> {
  const ids = [...new Set(claimers.map(({ runnerId }) => runnerId))];
  const rows = await sql<{ id: string; labels: readonly string[]; drained: boolean }[]>`
    select id, to_jsonb(labels) as labels, drain_requested_at is not null as drained from runners
     where id in (select value::uuid from jsonb_array_elements_text(${sql.json(ids)}))`;
  const runners = new Map(rows.map((row) => [row.id, row]));
  const groups = new Map<string, { labels: readonly string[]; claimers: Claimer[] }>();
  for (const claimer of claimers) {
    const runner = runners.get(claimer.runnerId);
    if (runner === undefined) continue;
    const key = JSON.stringify(runner.labels.toSorted());
    const group = groups.get(key) ?? { labels: runner.labels, claimers: [] };
    group.claimers.push(runner.drained ? { ...claimer, free: 0 } : claimer);
    groups.set(key, group);
  }
  return [...groups.values()];
}
