import type { Outcome } from '@flotilla/shared/lifecycle/outcome';

/** What a Runner can say of the end of an Attempt. */
export const ends = {
  succeeded: { kind: 'succeeded' },
  failed: { kind: 'failed', step: 0, exitCode: 1, outOfMemory: false, outOfDisk: false, lastLine: '' },
  timedOut: { kind: 'timedOut', step: 0, seconds: 1, limit: 'job' },
  cancelled: { kind: 'cancelled', step: null },
  /** Tried again by itself, as often as it may be. */
  errored: { kind: 'errored', reason: 'sandbox', message: 'Docker went away.', step: null },
  /** Not tried again. */
  noImage: { kind: 'errored', reason: 'image', message: 'There is no such image.', step: 0 },
} as const satisfies Readonly<Record<string, Outcome>>;
export type EndName = keyof typeof ends;
