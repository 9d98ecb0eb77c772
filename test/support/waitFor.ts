import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** How long to wait at most, in milliseconds; a minute unless told otherwise, as a machine may be busy. */
  readonly timeoutMs?: number;
  /** Between two looks, in milliseconds. */
  readonly everyMs?: number;
}

type Nothing = undefined | null | false;

/**
 * Looks until a condition answers something, and returns that. `what` completes "waited for …". Throws an Error that
 * says so when the time is over; a condition that throws ends the wait at once, because it is a defect of the test.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Nothing | Promise<T | Nothing>,
  { timeoutMs = 60_000, everyMs = 20 }: WaitOptions = {},
): Promise<T> {
  const started = performance.now();
  const overdue = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => overdue.reject(new Error(`waited ${timeoutMs / 1000} s for ${what}, in vain`)),
    timeoutMs,
  );
  // The race below may be over when it rejects.
  overdue.promise.catch(() => undefined);
  try {
    for (;;) {
      const answer = await Promise.race([Promise.resolve(condition()), overdue.promise]);
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      const left = timeoutMs - (performance.now() - started);
      await Promise.race([delay(Math.min(everyMs, Math.max(left, 1))), overdue.promise]);
    }
  } finally {
    clearTimeout(timer);
  }
}
