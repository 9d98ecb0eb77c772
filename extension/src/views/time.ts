/** A length of time as short as it is still useful: `340ms`, `4.2s`, `42s`, `3m 5s`, `2h 10m`, `3d 4h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return withRest(`${minutes}m`, seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? withRest(`${hours}h`, minutes % 60, 'm')
    : withRest(`${Math.floor(hours / 24)}d`, hours % 24, 'h');
}

/** How long ago something was, to the largest unit: `just now`, `4m ago`, `3d ago`. */
export function formatAge(ageMs: number): string {
  const minutes = Math.floor(ageMs / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes}m ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours}h ago` : `${Math.floor(hours / 24)}d ago`;
}

/** When something was, for a row that does not move on: the time of day, of another day the date. */
export function formatMoment(at: number, now: number): string {
  const moment = new Date(at);
  return moment.toDateString() === new Date(now).toDateString()
    ? moment.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : moment.toLocaleDateString();
}

function withRest(text: string, rest: number, unit: string): string {
  return rest === 0 ? text : `${text} ${rest}${unit}`;
}
