import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as runMigrator } from 'drizzle-orm/postgres-js/migrator';
import type postgres from 'postgres';
import { openClient } from './client.ts';

/** The schema this program knows. Raised with each migration. */
export const schemaNumber = 17;
/**
 * The lowest schema number whose programs still work on this schema: what lets replicas be rolled. Programs of schema 6
 * make Actions without an owner, and expect a person behind each Execution; those of 9 tell repositories by name alone;
 * those before 12 lease resolutions by a column that is gone, and take no end back that is marked; those before 15 admit
 * Jobs by a function that is gone.
 */
const minCompatible = 15;

/** Any constant: the lock is Flotilla's own in its database. */
const migrationLock = 7_420_001;
const migrationsFolder = fileURLToPath(new URL('../../../migrations', import.meta.url));

/**
 * Brings the database to this program's schema. Drizzle's migrator takes no lock (drizzle-orm#874), so one session
 * lock makes replicas that start together take turns. Refuses a database that asks for a newer program.
 */
export async function migrate(url: string): Promise<void> {
  const client = openClient(url, { max: 1 });
  try {
    await client`select pg_advisory_lock(${migrationLock})`;
    const lowest = await readMinCompatible(client);
    if (lowest !== undefined) refuseNewer(lowest);
    await applyMigrations(client, migrationsFolder);
    await client`
      insert into deployment (singleton, min_compatible) values (true, ${minCompatible})
      on conflict (singleton) do update set min_compatible = greatest(deployment.min_compatible, excluded.min_compatible)`;
  } finally {
    // Ends the session, and with it the lock.
    await client.end({ timeout: 5 });
  }
}

/** Applies the migrations of a folder that a database does not have yet. */
export async function applyMigrations(client: postgres.Sql, folder: string): Promise<void> {
  await runMigrator(drizzle(client), { migrationsFolder: folder });
}

/** Throws when a database is not one that this program can use as it is: not migrated yet, or by a newer program. */
export async function requireSchema(client: postgres.Sql): Promise<void> {
  const lowest = await readMinCompatible(client);
  if (lowest === undefined) throw new Error('it has no tables of Flotilla yet; start the service once.');
  refuseNewer(lowest);
}

/** The lowest schema number of programs that may use a database; undefined before its first migration. */
async function readMinCompatible(client: postgres.Sql): Promise<number | undefined> {
  const [table] = await client`select to_regclass('public.deployment') as name`;
  if (table?.['name'] === null) return undefined;
  const [row] = await client<{ min_compatible: number }[]>`select min_compatible from deployment`;
  return row?.min_compatible;
}

function refuseNewer(minCompatible: number): void {
  if (minCompatible <= schemaNumber) return;
  throw new Error(
    `This database needs a Flotilla that knows schema ${minCompatible} or newer; this one knows ${schemaNumber}. Update Flotilla.`,
  );
}
