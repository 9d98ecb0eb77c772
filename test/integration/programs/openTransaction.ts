/**
 * A program that has a transaction open when its backend is terminated. It prints the backend's number, then what came
 * of the transaction, then what the pool answers next. Settings come by the environment: DATABASE_URL, GUARD (`on` or
 * `off`) and MOMENT: what the transaction does when its backend dies.
 */
import { guardAgainstDriverCrash } from '../../../service/src/db/crashGuard.ts';
import { connect, type Sql } from '../../../service/src/db/database.ts';
import { isTransientDatabaseError } from '../../../service/src/db/transientErrors.ts';
import { createLogger } from '../../../service/src/telemetry/logger.ts';
import type { TransactionalClient } from '../../support/holdPoints.ts';
import { waitFor } from '../../support/waitFor.ts';

const { DATABASE_URL: url = '', GUARD: guard, MOMENT: moment } = process.env;
if (guard === 'on') guardAgainstDriverCrash(createLogger('warn'));

await using connections = connect(url, { max: 2 });
await using others = connect(url, { max: 1 });
try {
  const client = connections.sql as unknown as TransactionalClient;
  await client.begin(async (tx) => {
    const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    console.log(`backend ${row?.pid}`);
    if (moment === 'statement') await tx`select pg_sleep(60)`;
    else {
      await waitFor('the backend to be gone', () => isGone(others.sql, row?.pid ?? 0));
      await tx`select 1`;
    }
  });
  console.log('committed');
} catch (error) {
  console.log(isTransientDatabaseError(error) ? 'transient' : `other: ${String(error)}`);
}
// The connection that died may fail its next users; the others must not.
await waitFor('the pool to answer', () =>
  connections.sql`select 42`.then(
    () => true,
    () => undefined,
  ),
);
console.log('the pool answers');
// Closing the connection that died takes five seconds.
process.exit(0);

async function isGone(sql: Sql, pid: number): Promise<boolean> {
  return (await sql`select from pg_stat_activity where pid = ${pid}`).length === 0;
}
