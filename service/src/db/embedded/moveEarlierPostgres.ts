import { access, chmod, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import type { Config } from '../../config.ts';
import { stopPostgres } from './stopPostgres.ts';

/**
 * Brings the Postgres of an earlier version of the service to where it lives now. It was always below the data folder,
 * which nobody else may enter any more; its own folder was open to others. Does nothing where there is none, and throws an
 * Error of one sentence where it cannot be moved.
 */
export async function moveEarlierPostgres({
  dataFolder,
  postgresFolder,
}: Pick<Config, 'dataFolder' | 'postgresFolder'>): Promise<void> {
  const earlier = join(dataFolder, 'postgres');
  if (!(await exists(join(earlier, 'cluster')))) return;
  await chmod(earlier, 0o700);
  if (earlier === postgresFolder || (await exists(join(postgresFolder, 'cluster')))) return;
  // One that outlived its service would go on in a folder that its own programs cannot reach.
  await stopPostgres(earlier);
  try {
    await rename(earlier, postgresFolder);
  } catch (error) {
    throw new Error(
      `The database of an earlier Flotilla cannot be moved to where it lives now (${messageOf(error)}). Run mv ${earlier} ${postgresFolder}, or name a folder of the same disk in FLOTILLA_POSTGRES_DATA.`,
      { cause: error },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
