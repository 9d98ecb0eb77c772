import { processorMs } from './processorTime.ts';

/** Below this a measured time says nothing about growth, in milliseconds of the processor: a collection of garbage takes as long. */
const floorMs = 400;

/**
 * For tests of what reads other people's texts: whether twice as much takes more than three times as long, and long
 * enough to be noticed, by the time of the processor. The better of two rounds counts. Returns the two times in
 * milliseconds when it does, undefined when the time is linear.
 */
export function growsFaster(
  input: (size: number) => string,
  read: (text: string) => unknown,
  size: number,
): readonly [half: number, whole: number] | undefined {
  const half = bestOf(input(size / 2), read);
  const whole = bestOf(input(size), read);
  return whole > Math.max(floorMs, 3 * half) ? [half, whole] : undefined;
}

function bestOf(text: string, read: (text: string) => unknown): number {
  let best = Infinity;
  for (let round = 0; round < 2 && best > floorMs / 10; round++) {
    const startedAt = processorMs();
    read(text);
    best = Math.min(best, processorMs() - startedAt);
  }
  return best;
}
