/** Why an Attempt has to stop before its end: the reason of its abort signal. The first cause wins. */
export type StopCause = 'cancelled' | 'timedOut' | 'fenced' | 'released';

/** The cause in an aborted signal. */
export function stopCauseOf(signal: AbortSignal): StopCause | undefined {
  if (!signal.aborted) return undefined;
  const cause: unknown = signal.reason;
  return cause === 'timedOut' || cause === 'fenced' || cause === 'released' ? cause : 'cancelled';
}
