import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, open, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ensurePrivateFolder } from '@flotilla/launcher/privateFolder';
import { readIfThere } from '../../files.ts';
import { openClient } from '../client.ts';
import { postgresBinaries } from './binaries.ts';
import { ensurePostgresUser, type PostgresUser } from './postgresUser.ts';

export interface EmbeddedPostgresOptions {
  /** Folder for the cluster, its log and its password. As root it must be reachable for the user `postgres`. */
  readonly folder: string;
  /** False trades safety for speed: a crash of the machine may lose all. For data that is thrown away anyway. */
  readonly durable?: boolean;
}

/** A Postgres server of our own. Whoever disposes it stops it. */
export interface EmbeddedPostgres extends AsyncDisposable {
  readonly url: string;
  /** Stops the server as a crash would, without saying goodbye to anyone, and starts it again after `meanwhile`. */
  restartImmediately(meanwhile?: () => Promise<void>): Promise<void>;
}

/** How long the server may take to start or stop; recovery after a crash is what takes longest. */
const controlSeconds = 60;

/**
 * Starts Postgres from the npm package's binaries, on loopback, with a password of its own. A server that still runs
 * on the folder, because the service before was killed, is taken over.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { folder } = options;
  const user = await ensurePostgresUser();
  await ensureFolder(folder, user);
  const binaries = await postgresBinaries(folder, user);
  const cluster = new Cluster(binaries, folder, user);
  const durable = options.durable ?? true;
  const password = await cluster.initialise(durable);
  const port = (await cluster.runningPort()) ?? (await cluster.start(await freePort(), durable));
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/flotilla`;
  await ensureDatabase(url);
  return {
    url,
    async restartImmediately(meanwhile) {
      await cluster.stop('immediate');
      await meanwhile?.();
      await cluster.start(port, durable);
    },
    [Symbol.asyncDispose]: () => cluster.stop('fast'),
  };
}

/** Its owner's alone. As root that is the user `postgres`, from the moment after it was made. */
async function ensureFolder(folder: string, user: PostgresUser | undefined): Promise<void> {
  const setting = 'FLOTILLA_POSTGRES_DATA';
  const owner = await ownerOf(folder);
  const isGiven = user !== undefined && owner === user.uid;
  await ensurePrivateFolder({ folder, setting, ...(isGiven ? { uid: user.uid } : {}) });
  if (user === undefined) return;
  if (!isGiven) await chown(folder, user.uid, user.gid);
  if (await user.canReach(folder)) return;
  throw new Error(
    `The user "postgres" cannot reach ${folder}. Set ${setting} to a folder that it can, so not below /root.`,
  );
}

/** Undefined when there is no such folder. */
async function ownerOf(folder: string): Promise<number | undefined> {
  try {
    return (await stat(folder)).uid;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

class Cluster {
  readonly #binaries: string;
  readonly #folder: string;
  readonly #data: string;
  readonly #user: PostgresUser | undefined;

  constructor(binaries: string, folder: string, user: PostgresUser | undefined) {
    this.#binaries = binaries;
    this.#folder = folder;
    this.#data = join(folder, 'cluster');
    this.#user = user;
  }

  /** Makes the cluster when there is none, and returns the superuser's password. */
  async initialise(durable: boolean): Promise<string> {
    const passwordFile = join(this.#folder, 'password');
    const known = await readIfThere(passwordFile);
    if (known !== undefined && (await readIfThere(join(this.#data, 'PG_VERSION'))) !== undefined)
      return known.trim();
    // A first start that was cut off left half a cluster.
    await rm(this.#data, { recursive: true, force: true });
    const password = randomBytes(24).toString('base64url');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (this.#user !== undefined) await chown(passwordFile, this.#user.uid, this.#user.gid);
    await this.#run('initdb', [
      `--pgdata=${this.#data}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ]);
    return password;
  }

  /** The port of a server that runs on this cluster now. */
  async runningPort(): Promise<number | undefined> {
    const pidFile = await readIfThere(join(this.#data, 'postmaster.pid'));
    if (pidFile === undefined) return undefined;
    try {
      await this.#control(['status']);
    } catch {
      // pg_ctl says that nothing runs: the file is a crashed server's, and the start removes it.
      return undefined;
    }
    return Number(pidFile.split('\n')[3]);
  }

  async start(port: number, durable: boolean): Promise<number> {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      'shared_buffers=128MB',
      'wal_compression=on',
      ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
    ].map((setting) => `-c ${setting}`);
    await this.#control(['start', `--log=${join(this.#folder, 'log')}`, `--options=${settings.join(' ')}`]);
    return port;
  }

  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    await this.#control(['stop', `--mode=${mode}`]);
  }

  async #control(args: readonly string[]): Promise<void> {
    await this.#run('pg_ctl', [`--pgdata=${this.#data}`, '--wait', `--timeout=${controlSeconds}`, ...args]);
  }

  /**
   * Runs one of Postgres's programs. In a process group of its own, so that Ctrl-C in the terminal does not stop the
   * database before the service has drained. Its output goes to a file: a pipe would be held open by the server.
   */
  async #run(program: string, args: readonly string[]): Promise<void> {
    const logPath = join(this.#folder, `${program}.log`);
    await using log = await open(logPath, 'w');
    const child = spawn(join(this.#binaries, 'bin', program), args, {
      cwd: this.#folder,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      ...(this.#user === undefined ? {} : { uid: this.#user.uid, gid: this.#user.gid }),
    });
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (exitCode === 0) return;
    const said = (await readIfThere(logPath))?.trim().split('\n').at(-1) ?? '';
    throw new Error(
      `Postgres's ${program} ended with ${exitCode}: ${said} (${join(this.#folder, 'log')} has more)`,
    );
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = openClient(url.replace(/\/flotilla$/, '/postgres'), { max: 1 });
  try {
    const found = await client`select from pg_database where datname = 'flotilla'`;
    if (found.length === 0) await client`create database flotilla`;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** A port that is free now; the cluster remembers it only while it runs. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}
