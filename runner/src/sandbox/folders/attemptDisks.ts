import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import { AttemptError } from '../../endings/attemptError.ts';
import { ownUser } from '../../ownUser.ts';
import { folderUse, type DiskUse } from '../disk/diskUse.ts';
import { mountedUse, mountLoopDisk, unmount } from '../disk/loopDisk.ts';
import { hasStatus } from '../engine/engineStatus.ts';
import { workFolder } from './attemptFolder.ts';

/** An image that no engine has, and none is asked for by a name like this. */
const noImage = `sha256:${'0'.repeat(64)}`;
const probeBytes = 1024 ** 2;
/** How long the engine may take to say so, in milliseconds: it has nothing to do for it. */
const engineMs = 5000;

/**
 * The disks that work trees are on. Where this runner can mount a file system of its own for each, which its engine sees as
 * well, the kernel enforces the limit; elsewhere what is used has to be looked at.
 */
export class AttemptDisks {
  readonly #docker: Docker;
  readonly #config: Pick<Config, 'diskQuota' | 'stateFolder'>;
  readonly #logger: Pick<Logger, 'info'>;
  #isEnforced: boolean | undefined;
  #finding: Promise<boolean | undefined> | undefined;

  constructor(
    docker: Docker,
    config: Pick<Config, 'diskQuota' | 'stateFolder'>,
    logger: Pick<Logger, 'info'>,
  ) {
    this.#docker = docker;
    this.#config = config;
    this.#logger = logger;
  }

  /** Whether the limit of a work tree is enforced. False while the engine has not been heard. */
  get areEnforced(): boolean {
    return this.#isEnforced ?? false;
  }

  /** Tries it out, until it was found out once. Never rejects. */
  async find(): Promise<boolean> {
    if (this.#isEnforced !== undefined) return this.#isEnforced;
    // Attempts begin at once, and there is one probe.
    this.#finding ??= this.#try().finally(() => (this.#finding = undefined));
    this.#isEnforced = await this.#finding;
    return this.areEnforced;
  }

  /** Makes the work tree of an Attempt, empty, and says whether the kernel limits it. */
  async make(attemptFolder: string, limitBytes: number): Promise<boolean> {
    const workTree = workFolder(attemptFolder);
    if (!(await this.find())) {
      await mkdir(workTree, { recursive: true });
      return false;
    }
    try {
      await mountLoopDisk(workTree, join(attemptFolder, 'disk'), limitBytes);
      return true;
    } catch (error) {
      throw new AttemptError('sandbox', `The work tree could not get a disk: ${messageOf(error)}.`, {
        cause: error,
      });
    }
  }

  async #try(): Promise<boolean | undefined> {
    if (this.#config.diskQuota === 'off') return false;
    if (ownUser().uid !== 0) return this.#polled('only root may mount file systems');
    const folder = join(this.#config.stateFolder, 'disk-probe');
    const mounted = join(folder, 'mounted');
    try {
      await removeProbe(folder);
      await mkdir(folder, { recursive: true });
      await mountLoopDisk(mounted, join(folder, 'disk'), probeBytes);
      const inside = join(mounted, 'inside');
      await mkdir(inside);
      return (await this.#engineSees(inside)) ?? undefined;
    } catch (error) {
      return this.#polled(messageOf(error));
    } finally {
      await removeProbe(folder).catch((error: unknown) => this.#polled(messageOf(error)));
    }
  }

  /** The engine refuses a folder that it does not see before it looks for the image. Null when it does not answer. */
  async #engineSees(folder: string): Promise<boolean | null> {
    try {
      const mount = { Type: 'bind' as const, Source: folder, Target: '/work' };
      await this.#docker.createContainer({
        Image: noImage,
        HostConfig: { Mounts: [mount] },
        abortSignal: AbortSignal.timeout(engineMs),
      });
    } catch (error) {
      if (hasStatus(error, 404)) return true;
      // Anything else says nothing of the folder, such as that the engine is about to end.
      if (!hasStatus(error, 400)) return null;
      return this.#polled(`the Docker Engine does not see what this runner mounts (${messageOf(error)})`);
    }
    return this.#polled('the Docker Engine made a container of no image');
  }

  #polled(reason: string): false {
    this.#logger.info({ reason }, 'no file system limits what Jobs write; their disk use is looked at');
    return false;
  }
}

async function removeProbe(folder: string): Promise<void> {
  await unmount(join(folder, 'mounted'));
  await rm(folder, { recursive: true, force: true });
}

/** What a work tree takes of the disk; whether it is one of {@link AttemptDisks} that the kernel limits. */
export function workTreeUse(workTree: string, isEnforced: boolean): Promise<DiskUse> {
  return isEnforced ? mountedUse(workTree) : folderUse(workTree);
}
