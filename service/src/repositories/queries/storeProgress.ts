import type { Sql } from '../../db/database.ts';
import type { ScanProgress } from '../../db/schema/codeHosts.ts';

/** Says how far the scan of a host is; null when none goes on. */
export async function storeProgress(sql: Sql, hostId: number, progress: ScanProgress | null): Promise<void> {
  if (progress === null) {
    await sql`update code_hosts set scan = null, scan_told_at = null where id = ${hostId} and scan is not null`;
    return;
  }
  const { listed, fetched, toGo, steps = 0 } = progress;
  await sql`
    update code_hosts set scan = ${sql.json({ listed, fetched, toGo, steps })}, scan_told_at = now() where id = ${hostId}`;
}
