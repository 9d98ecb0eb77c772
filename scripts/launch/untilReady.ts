import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from './program.ts';

/** Between two looks at a file or an address that a starting program will bring. */
const lookMs = 20;

/**
 * Waits until a starting program has brought what `look` finds. Throws with the end of the program's output when it
 * ends before, or takes longer than `timeoutMs`.
 */
export async function untilReady<T>(
  name: string,
  program: Program,
  look: () => Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (program.hasExited()) throw new Error(`${name} ended while it started:\n${lastLines(program)}`);
    if (performance.now() > giveUpAt) {
      await program.kill();
      throw new Error(`${name} was not ready after ${timeoutMs / 1000} s:\n${lastLines(program)}`);
    }
    await delay(lookMs);
  }
}

function lastLines(program: Program): string {
  return program.output().trimEnd().split('\n').slice(-12).join('\n');
}
