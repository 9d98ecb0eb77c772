import type { Sql } from '../../db/database.ts';
import type { WorkLease } from '../workKind.ts';

/** Renews a lease. False when the row is another's by now, or gone. */
export async function renewWork(sql: Sql, lease: WorkLease, leaseMs: number): Promise<boolean> {
  const rows = await sql`
    update work set lease_until = now() + make_interval(secs => ${leaseMs / 1000})
     where id = ${lease.id} and token = ${lease.token} and lease_until is not null
    returning id`;
  return rows.length > 0;
}
