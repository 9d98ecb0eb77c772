import type { CodeHostView } from '@flotilla/shared/views';
import { and, asc, count, eq, sql, type SQL } from 'drizzle-orm';
import type { VisibleRepositories } from '../auth/rights.ts';
import type { Database } from '../db/database.ts';
import { codeHosts, type ScanProgress } from '../db/schema/codeHosts.ts';
import { repositories } from '../db/schema/repositories.ts';

/** A scan that has said nothing for so long has died with its replica. */
const silentSeconds = 15;

/** The code hosts that there are, by name, with as many repositories as the user may see. */
export async function listCodeHosts(
  database: Database,
  { sees }: { readonly sees: VisibleRepositories },
): Promise<CodeHostView[]> {
  const { id, name, kind, problem, listedAt, scan, scanToldAt, present } = codeHosts;
  const isTold = sql<boolean>`coalesce(${scanToldAt} > now() - make_interval(secs => ${silentSeconds}), false)`;
  const rows = await database
    .select({ id, name, kind, problem, listedAt, scan, isTold, repositories: count(repositories.id) })
    .from(codeHosts)
    .leftJoin(
      repositories,
      and(eq(repositories.codeHostId, id), eq(repositories.present, true), isSeen(sees)),
    )
    .where(eq(present, true))
    .groupBy(id)
    .orderBy(asc(name));
  return rows.map(({ isTold: told, ...row }) => ({
    ...row,
    listedAt: row.listedAt?.getTime() ?? null,
    scan: told ? progressOf(row.scan) : null,
  }));
}

function isSeen(sees: VisibleRepositories): SQL | undefined {
  if (sees === 'all') return undefined;
  const ids = JSON.stringify([...sees]);
  return sql`${repositories.id} in (select value::bigint from jsonb_array_elements_text(${ids}::text::jsonb))`;
}

function progressOf(scan: ScanProgress | null): CodeHostView['scan'] {
  return scan === null ? null : { listed: scan.listed, fetched: scan.fetched, toGo: scan.toGo };
}
