import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureFaketime } from '../../scripts/system/ensureFaketime.ts';
import { sayOnTerminal } from '../../scripts/system/say.ts';

/** A clock of the programs that are started with its environment. */
export interface Clock {
  readonly env: Readonly<Record<string, string>>;
  /** Puts it so far from the clock of this machine, from now on, in milliseconds. */
  set(aheadMs: number): Promise<void>;
}

/**
 * Makes a clock that is right at first. By libfaketime, so that it jumps for all that a program asks and for all that it
 * starts (git, the launcher), as it would when somebody sets it; the monotonic clock goes on, as the kernel's does then.
 * That of the whole machine would jump for everybody who tests on it.
 */
export async function startClock(folder: string): Promise<Clock> {
  const library = await ensureFaketime(sayOnTerminal);
  const file = join(folder, 'clock');
  const set = async (aheadMs: number) => {
    // Renamed, because it is read at each look at the clock.
    await writeFile(`${file}.new`, `${aheadMs < 0 ? '' : '+'}${aheadMs / 1000}\n`);
    await rename(`${file}.new`, file);
  };
  await set(0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  };
}
