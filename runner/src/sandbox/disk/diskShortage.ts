import type { Config } from '../../config.ts';
import { sizeText } from '../../sizeText.ts';
import { leastFreeBytes, spaceOf } from '../engine/machineHealth.ts';

/** Of what has to be free for a claim, so much may be used up while Jobs run. */
const share = 0.5;

/**
 * Ends what fills the disk, whether or not it is seen in any Attempt's use: of those that run, the one that has written the
 * most, by what is seen.
 */
export class DiskShortage {
  readonly #config: Pick<Config, 'stateFolder' | 'minFreeDisk'>;
  /** What Attempts have written when they were last looked at. */
  readonly #written = new Map<number, number>();

  constructor(config: Pick<Config, 'stateFolder' | 'minFreeDisk'>) {
    this.#config = config;
  }

  /** Notes what an Attempt has written; says why it has to go, where it has to. */
  async endsWith(attemptId: number, bytes: number): Promise<string | undefined> {
    this.#written.set(attemptId, bytes);
    const disk = await spaceOf(this.#config.stateFolder);
    if (disk === undefined) return undefined;
    const least = leastFreeBytes(this.#config.minFreeDisk, disk.totalBytes) * share;
    if (disk.freeBytes >= least || bytes < Math.max(...this.#written.values())) return undefined;
    return `Only ${sizeText(disk.freeBytes)} were free on the runner’s disk, so it has ended the Job that had written the most (${sizeText(bytes)}): make room there, or lower FLOTILLA_DISK_LIMIT.`;
  }

  /** The Attempt has ended. */
  forget(attemptId: number): void {
    this.#written.delete(attemptId);
  }
}
