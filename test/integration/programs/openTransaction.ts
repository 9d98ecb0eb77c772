/**
 * A program that has a transaction open when its backend is terminated. It prints the backend's number, then what came
 * of the transaction, then what the pool answers next. Settings come by the environment: DATABASE_URL, GUARD (`on` or
 * `off`) and MOMENT: what the transaction does when its backend dies.
 */
import { setImmediate } from 'node:timers/promises';
import { guardAgainstDriverCrash } from '../../../service/src/db/crashGuard.ts';
import { connect } from '../../../service/src/db/database.ts';
import { isTransientDatabaseError } from '../../../service/src/db/transientErrors.ts';
import { createLogger } from '../../../service/src/telemetry/logger.ts';
import type { TransactionalClient } from '../../support/holdPoints.ts';
import { waitFor } from '../../support/waitFor.ts';

const { DATABASE_URL: url = '', GUARD: guard, MOMENT: moment } = process.env;
if (guard === 'on') guardAgainstDriverCrash(createLogger('warn'));

await using connections = connect(url, { max: 2 });
/** Resolves when the transaction's body has used its connection for the last time. */
const used = Promise.withResolvers<void>();
try {
  const client = connections.sql as unknown as TransactionalClient;
  await client.begin(async (tx) => {
    const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    console.log(`backend ${row?.pid}`);
    if (moment === 'statement') await tx`select pg_sleep(60)`.finally(used.resolve);
    else {
      await waitFor('the connection to be gone', () => openSockets() === 0);
      const late = tx`select 1`;
      // Asking for its result is what sends it.
      late.catch(() => undefined);
      used.resolve();
      await late;
    }
  });
  console.log('committed');
} catch (error) {
  console.log(isTransientDatabaseError(error) ? 'transient' : `other: ${String(error)}`);
}
await used.promise;
// The driver writes in the next turn of the event loop, and a crash would come in the one after that.
for (let turn = 0; turn < 3; turn++) await setImmediate();
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

/** The transaction's connection is the program's only one. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
}
