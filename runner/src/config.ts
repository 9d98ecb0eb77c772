import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseByteSize } from '@flotilla/shared/definition/byteSize';
import { maxCapacity } from '@flotilla/shared/protocol/runnerSlots';
import { z } from 'zod';
import { readMaskFile } from './logs/maskFile.ts';
import { ownUser } from './ownUser.ts';

/** When an image is pulled: at the first use in each Execution, when this machine does not have it, or not at all. */
export const pullPolicies = ['always', 'ifNotPresent', 'never'] as const;
export type PullPolicy = (typeof pullPolicies)[number];

/** A size as in `512m` or `20g`; a number alone is bytes. */
function size(standard?: string) {
  const text = z.string().transform((value, context) => {
    const bytes = parseByteSize(value);
    if (bytes !== undefined) return bytes;
    context.addIssue({ code: 'custom', message: 'must be a size such as 512m or 20g' });
    return z.NEVER;
  });
  return standard === undefined ? text : text.prefault(standard);
}

/** Above this a timer of Node's fires at once. */
const longestDrainSeconds = Math.floor((2 ** 31 - 1) / 1000);

const environment = z
  .object({
    /** Address of the service. */
    FLOTILLA_SERVER_URL: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
      .default('http://127.0.0.1:7420'),
    /** The runner's token, or the file that holds it; never an argument, which everybody on the machine can see. */
    FLOTILLA_RUNNER_TOKEN: z.string().min(1).optional(),
    FLOTILLA_RUNNER_TOKEN_FILE: z.string().min(1).optional(),
    /** A file of values that no log may show and no Patch may add, one on each line. */
    FLOTILLA_MASK_FILE: z.string().min(1).optional(),
    /** What the service and its users call this runner; made from the host's name when it is not set. */
    FLOTILLA_RUNNER_NAME: z.string().min(1).max(200).optional(),
    /** Folder for work trees, caches and the runner's identity. One runner per folder. */
    FLOTILLA_RUNNER_STATE: z.string().min(1).optional(),
    /** How many Jobs it runs at once. */
    FLOTILLA_RUNNER_CAPACITY: z.coerce.number().int().min(1).max(maxCapacity).default(availableParallelism()),
    /** Words that Actions can ask for, separated by commas. */
    FLOTILLA_RUNNER_LABELS: z.string().default(''),
    /** Memory of one container, in MiB; swap is off. */
    FLOTILLA_JOB_MEMORY_MIB: z.coerce.number().int().min(16).default(4096),
    /** Processors of one container. */
    FLOTILLA_JOB_CPUS: z.coerce.number().min(0.1).default(availableParallelism()),
    /** Processes of one container; a fork bomb ends there. */
    FLOTILLA_JOB_PIDS: z.coerce.number().int().min(16).default(4096),
    /** What one Attempt may write: its work tree and its containers' own files. */
    FLOTILLA_DISK_LIMIT: size('20g'),
    /** Whether each work tree gets a file system of its own where that is possible, or is only looked at. */
    FLOTILLA_DISK_QUOTA: z.enum(['auto', 'off']).default('auto'),
    /** What has to be free on the disks of the state folder and of Docker for a claim. */
    FLOTILLA_MIN_FREE_DISK: size().optional(),
    /** Bytes of fetched repositories that are kept for later Attempts. */
    FLOTILLA_OBJECT_CACHE: size('10g'),
    /** Bytes of the folders that Steps keep for later Attempts. */
    FLOTILLA_CACHE_DIRS: size('10g'),
    /** Takes the files of a Step back for a runner that is not root, where the Step's image has no shell. */
    FLOTILLA_HELPER_IMAGE: z.string().min(1).default('busybox:stable'),
    /** When an image is fetched from its registry. */
    FLOTILLA_PULL_POLICY: z.enum(pullPolicies).default('ifNotPresent'),
    /** How long a registry that cannot be reached is tried again, in seconds. */
    FLOTILLA_PULL_RETRY_SECONDS: z.coerce.number().int().min(0).default(300),
    /** How long a runner that is told to stop lets its Jobs finish, in seconds (docs/spec/runnerProtocol.md). */
    FLOTILLA_RUNNER_DRAIN_SECONDS: z.coerce
      .number()
      .int()
      .min(0)
      .max(longestDrainSeconds, `must be at most ${longestDrainSeconds}, which is 24 days`)
      .default(600),
    FLOTILLA_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  })
  .refine((env) => (env.FLOTILLA_RUNNER_TOKEN ?? env.FLOTILLA_RUNNER_TOKEN_FILE) !== undefined, {
    path: ['FLOTILLA_RUNNER_TOKEN'],
    error:
      'a runner needs a token: `npm run token -- create --scope runner` makes one. Set it here or name its file in FLOTILLA_RUNNER_TOKEN_FILE',
  });

/** Limits of one container. */
export interface ContainerLimits {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly processes: number;
}

/** The runner's configuration, read once and handed down. */
export interface Config {
  readonly serverUrl: string;
  readonly token: string;
  /** Values that no log may show and no Patch may add, besides tokens. */
  readonly masked: readonly string[];
  readonly name: string | undefined;
  readonly stateFolder: string;
  readonly capacity: number;
  readonly labels: readonly string[];
  readonly limits: ContainerLimits;
  /** What one Attempt may write, in bytes. */
  readonly diskBytes: number;
  /** `auto`: a work tree is limited by the kernel where it can be. */
  readonly diskQuota: 'auto' | 'off';
  /** Bytes that have to be free for a claim; undefined leaves it to the size of the disk. */
  readonly minFreeDisk: number | undefined;
  /** Bytes of fetched repositories that are kept. */
  readonly objectCacheBytes: number;
  /** Bytes of the folders that Steps keep (`cacheDirs`). */
  readonly cacheDirsBytes: number;
  /** Has /bin/sh, chown and chmod (sandbox/helperImage.ts). */
  readonly helperImage: string;
  readonly pullPolicy: PullPolicy;
  readonly pullRetrySeconds: number;
  readonly drainSeconds: number;
  readonly logLevel: string;
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
  return {
    serverUrl: values.FLOTILLA_SERVER_URL.replace(/\/+$/, ''),
    token: values.FLOTILLA_RUNNER_TOKEN ?? tokenFrom(values.FLOTILLA_RUNNER_TOKEN_FILE ?? ''),
    masked: values.FLOTILLA_MASK_FILE === undefined ? [] : readMaskFile(values.FLOTILLA_MASK_FILE),
    name: values.FLOTILLA_RUNNER_NAME,
    stateFolder: resolve(values.FLOTILLA_RUNNER_STATE ?? standardStateFolder(env)),
    capacity: values.FLOTILLA_RUNNER_CAPACITY,
    labels: values.FLOTILLA_RUNNER_LABELS.split(',')
      .map((label) => label.trim())
      .filter((label) => label !== ''),
    limits: {
      memoryBytes: values.FLOTILLA_JOB_MEMORY_MIB * 1024 * 1024,
      cpus: values.FLOTILLA_JOB_CPUS,
      processes: values.FLOTILLA_JOB_PIDS,
    },
    diskBytes: values.FLOTILLA_DISK_LIMIT,
    diskQuota: values.FLOTILLA_DISK_QUOTA,
    minFreeDisk: values.FLOTILLA_MIN_FREE_DISK,
    objectCacheBytes: values.FLOTILLA_OBJECT_CACHE,
    cacheDirsBytes: values.FLOTILLA_CACHE_DIRS,
    helperImage: values.FLOTILLA_HELPER_IMAGE,
    pullPolicy: values.FLOTILLA_PULL_POLICY,
    pullRetrySeconds: values.FLOTILLA_PULL_RETRY_SECONDS,
    drainSeconds: values.FLOTILLA_RUNNER_DRAIN_SECONDS,
    logLevel: values.FLOTILLA_LOG_LEVEL,
  };
}

function tokenFrom(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new Error(`FLOTILLA_RUNNER_TOKEN_FILE: ${path} cannot be read`, { cause: error });
  }
}

function standardStateFolder(env: NodeJS.ProcessEnv): string {
  if (ownUser().uid === 0) return '/var/lib/flotilla-runner';
  return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'flotilla-runner');
}

/** The runner's name: the configured one, else the host's with a suffix that this state folder keeps. */
export async function runnerName(config: Config): Promise<string> {
  if (config.name !== undefined) return config.name;
  await mkdir(config.stateFolder, { recursive: true });
  const path = join(config.stateFolder, 'name');
  await writeFile(path, `${hostname()}-${randomBytes(3).toString('hex')}`, { flag: 'wx' }).catch(
    (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    },
  );
  return (await readFile(path, 'utf8')).trim();
}
