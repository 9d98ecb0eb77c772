/** Below this a measured time says nothing about growth, in milliseconds: a busy machine takes as long for nothing. */
const floorMs = 400;

/**
 * For tests of what reads other people's texts: whether twice as much takes more than three times as long, and long
 * enough to be noticed. The best of some rounds counts, because others use the machine too. Returns the two times in
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
    const startedAt = Date.now();
    read(text);
    best = Math.min(best, Date.now() - startedAt);
  }
  return best;
}
