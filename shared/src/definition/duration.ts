const unitSeconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/**
 * Seconds of a duration such as `90s`, `45m` or `1h30m` (the form Go, and so `src`, uses, without fractions).
 * Undefined when the text is not one, or is zero.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+[hms])+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+)([hms])/g)) {
    seconds += Number(amount) * (unitSeconds[unit] ?? 0);
  }
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : undefined;
}
