const unitSeconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** The longest timeout of a Job: seven days. Timers of JavaScript end at 24.8 days, and fire at once above. */
export const maxTimeoutSeconds = 7 * 24 * 3600;

/**
 * A duration such as `90s`, `45m` or `1h30m`: the form that Go, and so `src`, uses, without fractions. Not zero.
 */
export const durationPattern = /^(?=.*[1-9])(\d{1,9}[hms])+$/;

/** Seconds of a duration; undefined when the text is not one. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+)([hms])/g)) {
    seconds += Number(amount) * (unitSeconds[unit] ?? 0);
  }
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}
