import { userInfo } from 'node:os';
import { messageOf } from '@flotilla/shared/errors';
import type { Config } from '../config.ts';
import { connect, type Connections } from '../db/database.ts';
import { findRunningPostgres } from '../db/embedded/runningPostgres.ts';
import { requireSchema } from '../db/migrate.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { CommandError } from './commandError.ts';

/**
 * Connects to the service's database: the one that DATABASE_URL names, else the embedded Postgres of the data folder.
 * Throws a CommandError when it is not there or not a database of this Flotilla.
 */
export async function openDatabase(config: Config): Promise<Connections> {
  const url = config.databaseUrl ?? (await embeddedUrl(config));
  const connections = connect(url, { max: 1 });
  try {
    await requireSchema(connections.sql);
    return connections;
  } catch (error) {
    await connections[Symbol.asyncDispose]();
    if (isTransientDatabaseError(error)) {
      const where = config.databaseUrl === undefined ? 'of the service' : 'that DATABASE_URL names';
      throw new CommandError(
        `The database ${where} cannot be reached (${messageOf(error)}); see whether it runs.`,
        { cause: error },
      );
    }
    throw new CommandError(`The database cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

async function embeddedUrl({ dataFolder, postgresFolder }: Config): Promise<string> {
  let running;
  try {
    running = await findRunningPostgres(postgresFolder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EACCES')) throw error;
    throw new CommandError(
      `${userInfo().username} may not read ${postgresFolder}; run this as the user that the service runs as.`,
      { cause: error },
    );
  }
  if (running !== undefined) return running.url;
  throw new CommandError(
    `The service does not run with the data folder ${dataFolder}: start it with \`npm start\`, or name its folder in FLOTILLA_DATA or its database in DATABASE_URL.`,
  );
}
