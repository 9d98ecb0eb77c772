import { expect, test } from 'vitest';
import { connect } from '../../../service/src/db/database.ts';
import { migrate, schemaNumber } from '../../../service/src/db/migrate.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { testDatabase } from '../../support/testDatabase.ts';

test('programs that start together on a new database migrate it once', async () => {
  await using database = await testDatabase({ migrated: false });
  await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
  await using connections = connect(database.url, { max: 1 });
  const { sql } = connections;
  expect(await sql`select hash from drizzle.__drizzle_migrations group by hash having count(*) > 1`).toEqual(
    [],
  );
  expect(await sql`select min_compatible from deployment`).toHaveLength(1);
});

test('a program waits while another one migrates', async () => {
  await using database = await testDatabase({ migrated: false });
  await using connections = connect(database.url, { max: 2 });
  const { sql } = connections;
  // The number is migrate.ts's own: every program of any version has to use the same.
  await using other = await hold(sql, (tx) => tx`select pg_advisory_xact_lock(7420001)`);
  const migrated = migrate(database.url);
  await waitForBlocked(sql, 1);
  expect(await sql`select to_regclass('public.deployment') as name`).toEqual([{ name: null }]);
  await other.release();
  await migrated;
  expect(await sql`select min_compatible from deployment`).toHaveLength(1);
});

test('a program refuses a database that needs a newer one, and leaves it as it is', async () => {
  await using database = await testDatabase();
  await using connections = connect(database.url, { max: 1 });
  const newer = schemaNumber + 1;
  await connections.sql`update deployment set min_compatible = ${newer}`;
  await expect(migrate(database.url)).rejects.toThrow(
    `This database needs a Flotilla that knows schema ${newer} or newer; this one knows ${schemaNumber}. Update Flotilla.`,
  );
  expect(await connections.sql`select min_compatible from deployment`).toEqual([{ min_compatible: newer }]);
});
