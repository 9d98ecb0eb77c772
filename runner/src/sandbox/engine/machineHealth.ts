import { statfs } from 'node:fs/promises';
import { messageOf } from '@flotilla/shared/errors';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { Health } from '../../session/health.ts';
import { sizeText } from '../../sizeText.ts';
import { dockerEngine } from './engine.ts';

/** How long the engine may take to say that it is there. */
const pingMs = 5000;
/** A look is good for so long: a runner that claims often does not ask before each claim. */
const freshMs = 1000;

/** Whether Docker answers and the disks have room. A problem is logged when it comes and when it goes. */
export class MachineHealth implements Health {
  readonly #docker = dockerEngine({ timeout: pingMs });
  readonly #config: Pick<Config, 'stateFolder' | 'minFreeDisk'>;
  readonly #logger: Logger;
  /** Where the engine keeps images and containers; undefined until it said so. */
  #engineFolder: string | undefined;
  #problem: string | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<string | null> | undefined;

  constructor(config: Pick<Config, 'stateFolder' | 'minFreeDisk'>, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
  }

  get problem(): string | null {
    return this.#problem;
  }

  async look(): Promise<string | null> {
    if (this.#problem === null && performance.now() - this.#lookedAt < freshMs) return null;
    return (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)));
  }

  async #look(): Promise<string | null> {
    const problem = (await this.#engineProblem()) ?? (await this.#diskProblem());
    this.#lookedAt = performance.now();
    if (problem === null && this.#problem !== null) this.#logger.info('this runner can claim Jobs again');
    // The free bytes in the sentence change; that there are too few is said once.
    if (problem !== null && this.#problem === null) this.#logger.error(problem);
    this.#problem = problem;
    return problem;
  }

  async #engineProblem(): Promise<string | null> {
    try {
      await this.#docker.ping();
      this.#engineFolder ??= ((await this.#docker.info()) as { DockerRootDir: string }).DockerRootDir;
      return null;
    } catch (error) {
      return `Docker does not answer, so this runner claims no jobs: start the Docker Engine, or set DOCKER_HOST to where it is (${messageOf(error)}).`;
    }
  }

  async #diskProblem(): Promise<string | null> {
    for (const folder of [this.#config.stateFolder, this.#engineFolder]) {
      if (folder === undefined) continue;
      const disk = await spaceOf(folder);
      if (disk === undefined) continue;
      const least = leastFreeBytes(this.#config.minFreeDisk, disk.totalBytes);
      if (disk.freeBytes >= least) continue;
      return `Only ${sizeText(disk.freeBytes)} of ${sizeText(disk.totalBytes)} are free on the disk of ${folder}, so this runner claims no jobs: free some space, or lower FLOTILLA_MIN_FREE_DISK (now ${sizeText(least)}).`;
    }
    return null;
  }
}

/** What has to be free: so many bytes, or by default 1 GiB, but at most 2 % of a small disk. */
export function leastFreeBytes(configured: number | undefined, totalBytes: number): number {
  return configured ?? Math.min(1024 ** 3, Math.ceil(totalBytes * 0.02));
}

/** Undefined for a folder that this process does not see, such as one of an engine in another place. */
export async function spaceOf(
  folder: string,
): Promise<{ freeBytes: number; totalBytes: number } | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}
