import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { maxTimeoutSeconds } from '@flotilla/shared/definition/duration';
import { messageOf } from '@flotilla/shared/errors';
import { z } from 'zod';
import { parseNamedFolders, type NamedFolder } from './codeHosts/namedFolders.ts';
import { ServerAddressError, serverAddress } from './db/serverAddress.ts';
import { standardPolicy, type GatePolicy } from './gates/gatePolicy.ts';
import type { KeySource } from './secrets/keySource.ts';
import { SecretValue } from './secrets/secretValue.ts';

const milliseconds = (standard: number) => z.coerce.number().int().min(10).default(standard);

/** Where data lives unless told otherwise. */
function standardDataFolder(env: NodeJS.ProcessEnv): string {
  if (userInfo().uid === 0) return '/var/lib/flotilla';
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'flotilla');
}

/**
 * Where the embedded Postgres lives unless told otherwise: as root beside the data folder, because it runs as the user
 * `postgres` then, who cannot enter that.
 */
export function standardPostgresFolder(dataFolder: string): string {
  return userInfo().uid === 0 ? `${dataFolder}-postgres` : join(dataFolder, 'postgres');
}

const environment = z
  .object({
    /** Folder of everything the service keeps outside Postgres. Nobody else may enter it. */
    FLOTILLA_DATA: z.string().min(1).optional(),
    /** Folder of the mirrors and objects, the same one for all replicas; by default the data folder. */
    FLOTILLA_SHARED: z.string().min(1).optional(),
    /** Folder of the embedded Postgres. */
    FLOTILLA_POSTGRES_DATA: z.string().min(1).optional(),
    /** Address to listen on. Anything but loopback opens the service to the network. */
    FLOTILLA_HOST: z.string().min(1).default('127.0.0.1'),
    /** Port to listen on; 0 takes a free one. */
    FLOTILLA_PORT: z.coerce.number().int().min(0).max(65_535).default(7420),
    /** Origins of web pages that may connect, separated by commas: those of a VS Code whose extensions run in a browser. */
    FLOTILLA_ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform((list) =>
        list
          .split(',')
          .map((origin) => origin.trim())
          .filter(Boolean),
      )
      .refine((list) => list.every((origin) => /^[a-z][a-z\d+.-]*:\/\/[^/\s]+$/.test(origin)), {
        error: 'must be origins such as https://code.example, separated by commas',
      }),
    /** Folders of git repositories, the code hosts of kind *directory*: one, or several as `name=folder`; `:rw` behind one lets it be written. */
    FLOTILLA_REPOSITORIES: z
      .string()
      .min(1)
      .transform((text, context) => {
        try {
          return parseNamedFolders(text);
        } catch (error) {
          context.addIssue({ code: 'custom', message: messageOf(error) });
          return z.NEVER;
        }
      })
      .optional(),
    /** So many files a Patch may change that is published without a further word. */
    FLOTILLA_GATE_FILES: z.coerce.number().int().min(1).default(standardPolicy.mostFiles),
    /** The same of lines, added and removed ones together. */
    FLOTILLA_GATE_LINES: z.coerce.number().int().min(1).default(standardPolicy.mostLines),
    /** Paths that may not be changed, as patterns such as `.github/**`, separated by commas. */
    FLOTILLA_GATE_PATHS: z
      .string()
      .default('')
      .transform((list) =>
        list
          .split(',')
          .map((pattern) => pattern.trim())
          .filter(Boolean),
      ),
    /** True allows code hosts on this machine, and plain http to them: for trials and tests. */
    FLOTILLA_LOCAL_HOSTS: z.stringbool().default(false),
    /** Keys that secrets are encrypted with, each 32 bytes in base64; the first one encrypts. */
    FLOTILLA_SECRET_KEY: z.string().min(1).optional(),
    /** A file with them, a line each. By default the service makes one, `secret.key` in the shared folder. */
    FLOTILLA_SECRET_KEY_FILE: z.string().min(1).optional(),
    /** Image of `command` steps whose Action names none. */
    FLOTILLA_DEFAULT_IMAGE: z.string().min(1).default('ubuntu:24.04'),
    /** A Postgres server of your own; without it the service starts one from its npm package. */
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' })
      .superRefine((url, context) => {
        try {
          serverAddress(url);
        } catch (error) {
          if (!(error instanceof ServerAddressError)) throw error;
          context.addIssue({ code: 'custom', message: error.message });
        }
      })
      .optional(),
    /** False lets the embedded Postgres forget all when the machine crashes, for demos and tests: it is faster. */
    FLOTILLA_DURABLE: z.stringbool().default(true),
    /** Whether the data folder holds a token for a runner on this machine; by default with the embedded Postgres only. */
    FLOTILLA_LOCAL_RUNNER: z.stringbool().optional(),
    FLOTILLA_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
    /** Time limit of a Job whose Action names none, in seconds (60 min, as `src actions exec` had). */
    FLOTILLA_JOB_TIMEOUT_SECONDS: z.coerce.number().int().min(1).max(maxTimeoutSeconds).default(3600),
    /** `owner`: those who start Executions share the Runners fairly; `none`: first in, first out. */
    FLOTILLA_FAIRNESS: z.enum(['none', 'owner']).default('none'),
    /** Between two signs of life of a Runner (docs/spec/runnerProtocol.md: a batch of 1,000 leases takes 3 ms). */
    FLOTILLA_HEARTBEAT_MS: milliseconds(5000),
    /** How long an Attempt lives without one; six missed heartbeats. */
    FLOTILLA_LEASE_MS: milliseconds(30_000),
    /** Between two looks for leases that ran out. */
    FLOTILLA_JANITOR_MS: milliseconds(5000),
    /** Between two claims that found nothing, when no hint comes. */
    FLOTILLA_CLAIM_POLL_MS: milliseconds(2000),
    /** Between SIGTERM and SIGKILL for a container that must stop. */
    FLOTILLA_STOP_GRACE_MS: milliseconds(10_000),
    /** Between the first "not ready" of a replica that stops and its last new connection, for a balancer to notice. */
    FLOTILLA_UNREADY_MS: z.coerce.number().int().min(0).default(0),
    /** How long clients of a replica that stops may take to finish their calls and go to another one. */
    FLOTILLA_FAREWELL_MS: milliseconds(10_000),
    /** How long the database may work on one statement. A connection that is silent for a sixth longer is dropped. */
    FLOTILLA_STATEMENT_MS: milliseconds(30_000),
    /** Bytes of log that one Attempt may store. */
    FLOTILLA_LOG_LIMIT_BYTES: z.coerce
      .number()
      .int()
      .min(1024)
      .default(100 * 1024 * 1024),
    /** Between two looks for logs to compact and for what has been kept long enough. */
    FLOTILLA_HOUSEKEEPING_MS: milliseconds(60_000),
    /** Days that logs are kept after the end of their Attempt; 0 is for ever. */
    FLOTILLA_KEEP_LOGS_DAYS: z.coerce.number().min(0).default(90),
    /** The same for the bytes of Patches; their trees stay as long as the Execution. */
    FLOTILLA_KEEP_PATCHES_DAYS: z.coerce.number().min(0).default(365),
    /** Days that Executions are kept after the end of their last Job, with all that belongs to them; 0 is for ever. */
    FLOTILLA_KEEP_EXECUTIONS_DAYS: z.coerce.number().min(0).default(0),
    /** Between two scans of a code host. */
    FLOTILLA_SYNC_MS: milliseconds(60_000),
  })
  .superRefine((values, context) => {
    if (values.FLOTILLA_SECRET_KEY === undefined || values.FLOTILLA_SECRET_KEY_FILE === undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['FLOTILLA_SECRET_KEY'],
      message: 'is set beside FLOTILLA_SECRET_KEY_FILE; leave one of the two out',
    });
  });

/** The service's configuration, read once and handed down. */
export interface Config {
  readonly dataFolder: string;
  /** Of all replicas: mirrors and objects. */
  readonly sharedFolder: string;
  /** Of the embedded Postgres. */
  readonly postgresFolder: string;
  readonly host: string;
  readonly port: number;
  readonly allowedOrigins: readonly string[];
  /** Each is a code host; absolute. */
  readonly repositories: readonly NamedFolder[];
  /** What a Patch may be that is published without a further word. */
  readonly gates: GatePolicy;
  /** Whether code hosts may be on this machine. */
  readonly localHosts: boolean;
  readonly secretKeys: KeySource;
  readonly defaultImage: string;
  readonly databaseUrl: string | undefined;
  /** Whether the embedded Postgres waits for the disk. */
  readonly durable: boolean;
  /** Whether a token for a runner on this machine is kept in the data folder. */
  readonly localRunner: boolean;
  readonly logLevel: string;
  readonly jobTimeoutSeconds: number;
  readonly fairness: 'none' | 'owner';
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly janitorMs: number;
  readonly claimPollMs: number;
  readonly stopGraceMs: number;
  readonly unreadyMs: number;
  readonly farewellMs: number;
  readonly statementMs: number;
  readonly logLimitBytes: number;
  readonly syncMs: number;
  readonly housekeepingMs: number;
  /** 0 is for ever. */
  readonly keepLogsDays: number;
  readonly keepPatchesDays: number;
  readonly keepExecutionsDays: number;
}

/** Reads the environment. Throws an Error of one sentence per wrong variable. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    );
  }
  const values = parsed.data;
  const dataFolder = resolve(values.FLOTILLA_DATA ?? standardDataFolder(env));
  const sharedFolder = values.FLOTILLA_SHARED === undefined ? dataFolder : resolve(values.FLOTILLA_SHARED);
  return {
    dataFolder,
    sharedFolder,
    postgresFolder: resolve(values.FLOTILLA_POSTGRES_DATA ?? standardPostgresFolder(dataFolder)),
    host: values.FLOTILLA_HOST,
    port: values.FLOTILLA_PORT,
    allowedOrigins: values.FLOTILLA_ALLOWED_ORIGINS,
    repositories: (values.FLOTILLA_REPOSITORIES ?? []).map((named) => ({
      ...named,
      folder: resolve(named.folder),
    })),
    gates: {
      mostFiles: values.FLOTILLA_GATE_FILES,
      mostLines: values.FLOTILLA_GATE_LINES,
      forbiddenPaths: values.FLOTILLA_GATE_PATHS,
    },
    localHosts: values.FLOTILLA_LOCAL_HOSTS,
    secretKeys: keySource(values, sharedFolder),
    defaultImage: values.FLOTILLA_DEFAULT_IMAGE,
    databaseUrl: values.DATABASE_URL,
    durable: values.FLOTILLA_DURABLE,
    localRunner: values.FLOTILLA_LOCAL_RUNNER ?? values.DATABASE_URL === undefined,
    logLevel: values.FLOTILLA_LOG_LEVEL,
    jobTimeoutSeconds: values.FLOTILLA_JOB_TIMEOUT_SECONDS,
    fairness: values.FLOTILLA_FAIRNESS,
    heartbeatMs: values.FLOTILLA_HEARTBEAT_MS,
    leaseMs: values.FLOTILLA_LEASE_MS,
    janitorMs: values.FLOTILLA_JANITOR_MS,
    claimPollMs: values.FLOTILLA_CLAIM_POLL_MS,
    stopGraceMs: values.FLOTILLA_STOP_GRACE_MS,
    unreadyMs: values.FLOTILLA_UNREADY_MS,
    farewellMs: values.FLOTILLA_FAREWELL_MS,
    statementMs: values.FLOTILLA_STATEMENT_MS,
    logLimitBytes: values.FLOTILLA_LOG_LIMIT_BYTES,
    syncMs: values.FLOTILLA_SYNC_MS,
    housekeepingMs: values.FLOTILLA_HOUSEKEEPING_MS,
    keepLogsDays: values.FLOTILLA_KEEP_LOGS_DAYS,
    keepPatchesDays: values.FLOTILLA_KEEP_PATCHES_DAYS,
    keepExecutionsDays: values.FLOTILLA_KEEP_EXECUTIONS_DAYS,
  };
}

function keySource(
  { FLOTILLA_SECRET_KEY: keys, FLOTILLA_SECRET_KEY_FILE: path }: z.infer<typeof environment>,
  sharedFolder: string,
): KeySource {
  if (keys !== undefined) return { kind: 'given', keys: new SecretValue(keys) };
  if (path !== undefined) return { kind: 'file', path: resolve(path) };
  return { kind: 'made', path: join(sharedFolder, 'secret.key') };
}
