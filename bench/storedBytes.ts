import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../service/src/db/database.ts';
import { waitFor } from '../test/support/waitFor.ts';
import { attemptOf, startExecution, untilSucceeded } from './support/executeAction.ts';
import type { Benchmark } from './support/figure.ts';
import { openTestBed } from './support/testBed.ts';

/** Builds' logs are much like this: paths, numbers, dates, and words again and again. About 20 MB. */
const script =
  'for round in 1 2 3 4 5 6 7 8; do find / -xdev -type f -exec ls -l --time-style=full-iso {} + 2>/dev/null | head -30000; done';

/**
 * Bytes kept of each byte of a log: by the database while it is hot, with tuples, pages and the index; and, once it has
 * been compacted and its chunks are deleted, by the object store, in its object with its index of blocks.
 */
export const storedBytes: Benchmark = async function* () {
  await using bed = await openTestBed(1, { FLOTILLA_HOUSEKEEPING_MS: '5000' });
  await using _runner = await bed.startRunner(1);
  await using connections = connect(bed.postgres.url, { max: 1 });
  const { sql } = connections;
  const sizeOf = async () => {
    const [row] = await sql<{ bytes: number }[]>`
      select pg_total_relation_size('stream_chunks')::float8 as bytes`;
    return row?.bytes ?? Number.NaN;
  };
  const before = await sizeOf();
  const { id } = await startExecution(bed.client, 'listing', script);
  const attemptId = await attemptOf(bed.client, id);
  await untilSucceeded(bed.client, id);
  const raw = await waitFor('the log to be stored', async () => {
    const [row] = await sql<
      { bytes: number }[]
    >`select log_end::float8 as bytes from attempts where id = ${attemptId}`;
    return row?.bytes;
  });
  yield {
    name: 'stored-bytes-hot',
    value: ((await sizeOf()) - before) / raw,
    unit: 'of raw',
    n: 1,
    spread: 0,
  };
  const key = await waitFor(
    'the log to be compacted and its chunks to be deleted',
    async () => {
      const [row] = await sql<{ key: string | null }[]>`
        select log_object as key from attempts where id = ${attemptId} and not deletion_due
           and not exists (select from stream_chunks where attempt_id = attempts.id)`;
      return row?.key;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
  const { size } = await stat(join(bed.folder, 'data', 'objects', key));
  yield { name: 'stored-bytes-archived', value: size / raw, unit: 'of raw', n: 1, spread: 0 };
};
