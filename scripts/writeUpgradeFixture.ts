/**
 * Writes what a service of this schema leaves behind, for the test of upgrades: rows of every kind as SQL, its folder of
 * mirrors and objects, and what it answers to those who read. Run once for each schema that has been released:
 * `node scripts/writeUpgradeFixture.ts`. Debian has no pg_dump for our Postgres.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { connect } from '../service/src/db/database.ts';
import { startEmbeddedPostgres } from '../service/src/db/embedded/embeddedPostgres.ts';
import { migrate, schemaNumber } from '../service/src/db/migrate.ts';
import { temporaryFolder } from '../test/support/temporaryFolder.ts';
import { testService } from '../test/support/testService.ts';
import { answersOf } from '../test/support/upgrade/answers.ts';
import { makeRows, makeUpgradeRepositories } from '../test/support/upgrade/makeRows.ts';
import { rowsAsSql } from '../test/support/upgrade/rowsAsSql.ts';

const target = fileURLToPath(new URL(`../test/fixtures/upgrade/schema${schemaNumber}/`, import.meta.url));
await mkdir(target, { recursive: true });
await using folder = await temporaryFolder();
await using postgresFolder = await temporaryFolder();
const shared = join(folder.path, 'shared');
await mkdir(shared, { mode: 0o700 });
await using postgres = await startEmbeddedPostgres({ folder: postgresFolder.path, durable: false });
await migrate(postgres.url);
const database = { url: postgres.url, [Symbol.asyncDispose]: () => Promise.resolve() };
await using connections = connect(postgres.url, { max: 1 });
{
  await using flotilla = await testService({
    database,
    sharedFolder: shared,
    repositories: makeUpgradeRepositories,
    config: { housekeepingMs: 3_600_000, keepExecutionsDays: 10 },
  });
  await makeRows(flotilla);
  await writeFile(join(target, 'answers.json'), `${JSON.stringify(await answersOf(flotilla), null, 2)}\n`);
}
await writeFile(join(target, 'rows.sql'), await rowsAsSql(connections.sql));
await execa('tar', ['--create', '--xz', '--file', join(target, 'shared.tar.xz'), '--directory', shared, '.']);
process.stdout.write(`Wrote test/fixtures/upgrade/schema${schemaNumber}.\n`);
