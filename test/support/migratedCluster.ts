import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { startEmbeddedPostgres } from '../../service/src/db/embedded/embeddedPostgres.ts';
import { migrate } from '../../service/src/db/migrate.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const root = join(import.meta.dirname, '../..');
/** Clusters that were made before, by what made them. Git ignores it. */
const cache = join(root, '.cache/test/clusters');

/**
 * Puts an embedded Postgres that has been migrated, and does not run, into a folder. Copied from one that is made when a
 * run of the tests meets new migrations: making one takes a second of processor time, which is most of what it takes to
 * start a server.
 */
export async function putMigratedCluster(folder: string): Promise<void> {
  const made = join(cache, await keyOf());
  if (!(await isThere(made))) await make(made);
  await copy(made, folder);
}

/** Makes the cluster that the others are copied from. Of those who do so at the same time one is kept. */
async function make(target: string): Promise<void> {
  // Elsewhere at first: the server's user need not reach the clone.
  await using folder = await temporaryFolder();
  {
    await using server = await startEmbeddedPostgres({ folder: folder.path });
    await migrate(server.url);
  }
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const copied = `${target}.${process.pid}`;
  await copy(folder.path, copied);
  try {
    await rename(copied, target);
  } catch (error) {
    if (!(await isThere(target))) throw error;
    await execa('rm', ['-r', '-f', copied]);
  }
}

/** With owners, modes and times, by the system's own program: there are a thousand files. */
async function copy(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  await execa('cp', ['-a', `${from}/.`, to]);
}

/** Tells clusters apart by the server's version and all migrations. */
async function keyOf(): Promise<string> {
  const hash = createHash('sha256');
  const { optionalDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  hash.update(JSON.stringify(optionalDependencies));
  const files = (await readdir(join(root, 'migrations'))).filter((name) => name.endsWith('.sql')).sort();
  for (const name of files) hash.update(name).update(await readFile(join(root, 'migrations', name)));
  // It says when each was made, by which the migrator knows what a database has.
  hash.update(await readFile(join(root, 'migrations/meta/_journal.json')));
  return hash.digest('hex').slice(0, 16);
}

async function isThere(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}
