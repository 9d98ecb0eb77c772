import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgram, type Program } from './program.ts';
import { untilReady } from './untilReady.ts';

export interface ServiceOptions {
  /** Folder for everything it keeps but its Postgres, which as root lies beside it, where the user `postgres` gets. */
  readonly dataFolder: string;
  /** The folder of git repositories that is its code host. */
  readonly repositoriesFolder?: string | undefined;
  readonly defaultImage?: string | undefined;
  /** Port to listen on; 0, a free one, unless told otherwise. */
  readonly port?: number | undefined;
  /** A Postgres server; without it the service starts its own in the data folder. */
  readonly databaseUrl?: string | undefined;
  /** Further settings (service/src/config.ts). */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly onOutput?: ((text: string) => void) | undefined;
}

export interface ServiceProgram extends Program {
  /** Where it listens, e.g. `http://127.0.0.1:7420`. */
  readonly url: string;
  /** The code to exchange for a first user token; undefined when an editor was connected before. */
  readonly pairingCode: string | undefined;
  /** The file with the token of the runner on this machine; exists only with the embedded Postgres. */
  readonly runnerTokenFile: string;
}

/** Starts the service as a process of its own and waits until it listens. */
export async function startService(options: ServiceOptions): Promise<ServiceProgram> {
  const { dataFolder } = options;
  const announcement = join(dataFolder, 'service.json');
  await rm(announcement, { force: true });
  const program = startProgram({
    name: 'the service',
    file: new URL('../../service/src/main.ts', import.meta.url),
    env: {
      FLOTILLA_LOG_LEVEL: 'info',
      ...options.env,
      FLOTILLA_DATA: dataFolder,
      FLOTILLA_PORT: String(options.port ?? 0),
      ...set('FLOTILLA_REPOSITORIES', options.repositoriesFolder),
      ...set('FLOTILLA_DEFAULT_IMAGE', options.defaultImage),
      ...set('DATABASE_URL', options.databaseUrl),
    },
    onOutput: options.onOutput,
  });
  const { url } = await untilReady('the service', program, async () => {
    const said = await readJson<{ url: string; pid: number }>(announcement);
    return said?.pid === program.pid && (await isReady(said.url)) ? said : undefined;
  });
  const pairing = await readJson<{ code: string }>(join(dataFolder, 'pairing.json'));
  return {
    ...program,
    url,
    pairingCode: pairing?.code,
    runnerTokenFile: join(dataFolder, 'local-runner.token'),
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    // It does not listen yet; the caller asks again and says so when it takes too long.
    return false;
  }
}

/** The content of a file that its writer may not have made, or not finished, yet. */
async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function set(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
