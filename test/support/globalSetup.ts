/**
 * One Postgres server for the integration tests. Its database `template` is migrated once; every test clones it (see
 * testDatabase.ts), which takes a fraction of the time that migrating takes.
 */
import type { TestProject } from 'vitest/node';
import { connect } from '../../service/src/db/database.ts';
import { startEmbeddedPostgres } from '../../service/src/db/embedded/embeddedPostgres.ts';
import { putMigratedCluster } from './migratedCluster.ts';
import { temporaryFolder } from './temporaryFolder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the server's database `flotilla`, which stays empty: connections to it are for making and dropping others. */
    databaseServer: string;
  }
}

const resources = new AsyncDisposableStack();

/** Called by vitest before the first test. */
export async function setup(project: TestProject): Promise<void> {
  const folder = resources.use(await temporaryFolder());
  await putMigratedCluster(folder.path);
  const server = resources.use(await startEmbeddedPostgres({ folder: folder.path, durable: false }));
  await using connections = connect(server.url.replace(/\/flotilla$/, '/postgres'), { max: 1 });
  await connections.sql`create database template template flotilla`;
  project.provide('databaseServer', server.url);
}

/** Called by vitest after the last test. */
export async function teardown(): Promise<void> {
  await resources.disposeAsync();
}
