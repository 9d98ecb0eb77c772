import { rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { lockFolder } from '@flotilla/launcher/lockFolder';
import { ensurePrivateFolder } from '@flotilla/launcher/privateFolder';
import { messageOf } from '@flotilla/shared/errors';
import { createPairingCode, isUnpaired, pairingMinutes } from './auth/pairing.ts';
import { authenticate, createToken, ensureUser } from './auth/tokens.ts';
import { readConfig, type Config } from './config.ts';
import { certificateTrouble } from './db/certificateTrouble.ts';
import { startEmbeddedPostgres } from './db/embedded/embeddedPostgres.ts';
import { moveEarlierPostgres } from './db/embedded/moveEarlierPostgres.ts';
import { serverAddress } from './db/serverAddress.ts';
import { isTransientDatabaseError } from './db/transientErrors.ts';
import { readIfThere } from './files.ts';
import { listen } from './http/listen.ts';
import { openService, type Service } from './service.ts';
import { byItself } from './telemetry/audit.ts';
import { createLogger } from './telemetry/logger.ts';
import { logStrayErrors } from './telemetry/strayErrors.ts';

/**
 * The service as a program: reads the environment, starts the embedded Postgres unless DATABASE_URL names a server,
 * listens until SIGTERM or SIGINT, and stops in order. Returns the exit code.
 */
export async function runProgram(): Promise<number> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    process.stderr.write(`The service cannot start:\n${messageOf(error)}\n`);
    return 1;
  }
  const logger = createLogger(config.logLevel);
  const ending = Promise.withResolvers<number>();
  process.once('SIGTERM', () => ending.resolve(0));
  process.once('SIGINT', () => ending.resolve(0));
  try {
    await ensurePrivateFolder({ folder: config.dataFolder, setting: 'FLOTILLA_DATA' });
    await ensurePrivateFolder({ folder: config.sharedFolder, setting: 'FLOTILLA_SHARED' });
    await using database = await openDatabase(config, logger);
    // What is made from now on, also by git, is nobody else's, should a folder be opened to others later.
    process.umask(0o077);
    await using service = await openService(config, database.url, logger, (error) => {
      logger.fatal({ err: error }, 'background work failed');
      ending.resolve(1);
    }).catch(explainAbsence);
    using _stray = logStrayErrors(logger);
    await using listening = await listen(service);
    await announce(service, listening.url);
    const exitCode = await ending.promise;
    logger.info('stopping');
    return exitCode;
  } catch (error) {
    logger.fatal({ err: error }, 'the service could not start');
    process.stderr.write(`The service could not start: ${messageOf(error)}\n`);
    return 1;
  }
}

async function openDatabase(config: Config, logger: Logger): Promise<{ url: string } & AsyncDisposable> {
  if (config.databaseUrl !== undefined) {
    const { risk } = serverAddress(config.databaseUrl);
    if (risk !== undefined)
      logger.warn(`the connection to the database ${risk}; see sslmode in DATABASE_URL`);
    return { url: config.databaseUrl, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  await using resources = new AsyncDisposableStack();
  resources.use(
    await lockFolder({
      folder: config.dataFolder,
      file: 'service.lock',
      holder: 'service',
      setting: 'FLOTILLA_DATA',
    }),
  );
  await moveEarlierPostgres(config);
  const { url } = resources.use(
    await startEmbeddedPostgres({ folder: config.postgresFolder, durable: config.durable }),
  );
  const owned = resources.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A start waits for no database: whoever starts the service reads what is wrong, and whatever supervises it starts it again. */
function explainAbsence(error: unknown): never {
  if (!isTransientDatabaseError(error)) throw error;
  const trouble = certificateTrouble(error);
  if (trouble !== undefined) {
    throw new Error(
      `The database cannot be trusted: its certificate ${trouble}. Name the certificate of its authority in DATABASE_URL (sslrootcert=FILE), and the server by the name in its own.`,
      { cause: error },
    );
  }
  throw new Error(
    `The database cannot be reached (${messageOf(error)}); see DATABASE_URL, and whether it runs.`,
    {
      cause: error,
    },
  );
}

/** Says where the service is: in its log, in files of the data folder for programs beside it, and how to pair. */
async function announce(service: Service, url: string): Promise<void> {
  const { config, database, logger } = service;
  if (config.localRunner) await ensureLocalRunnerToken(service);
  logger.info({ url }, 'the service listens');
  const pairingFile = join(config.dataFolder, 'pairing.json');
  await rm(pairingFile, { force: true });
  if (await isUnpaired(database)) await offerPairing(service, url, pairingFile);
  // Last: whoever sees it finds the others.
  await writeSecret(join(config.dataFolder, 'service.json'), JSON.stringify({ url, pid: process.pid }));
}

async function offerPairing({ sql }: Service, url: string, pairingFile: string): Promise<void> {
  const owner = await ensureUser(sql, byItself, userInfo().username, 'admin');
  const code = await createPairingCode(sql, byItself, owner.id);
  await writeSecret(pairingFile, JSON.stringify({ url, code }));
  process.stdout.write(
    `\nTo connect VS Code, run "Flotilla: Connect to Server…" there and paste this within ${pairingMinutes} minutes:\n\n    ${url}/connect?code=${code}\n\n`,
  );
}

/** The token of the runner on this machine, in a file that only its user reads. Kept as long as this database knows it. */
async function ensureLocalRunnerToken(service: Service): Promise<void> {
  const { sql, config } = service;
  const path = join(config.dataFolder, 'local-runner.token');
  const kept = await readIfThere(path);
  if (kept !== undefined && (await authenticate(service, kept))?.scope === 'runner') return;
  const label = 'the runner on this machine';
  await writeSecret(path, (await createToken(sql, byItself, { scope: 'runner', label })).secret);
}

async function writeSecret(path: string, content: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, content, { mode: 0o600, flag: 'wx' });
}
