/**
 * A clock that says the time of day, in Unix milliseconds, and never jumps: it reads the machine's once, and goes on by
 * the monotonic one. For times of which people look at the differences.
 */
export function steadyClock(): () => number {
  const ahead = Date.now() - performance.now();
  return () => Math.round(ahead + performance.now());
}
