import type { CodeHostView } from '@flotilla/shared/views';

/** How far the scans of code hosts are, in a few words; undefined when none says so, because all are quick. */
export function scanText(hosts: readonly CodeHostView[]): string | undefined {
  const scans = hosts.flatMap(({ scan }) => scan ?? []);
  if (scans.length === 0) return undefined;
  const listed = scans.reduce((sum, scan) => sum + (scan.listed ?? 0), 0);
  if (listed === 0) return 'asking the code hosts what they have…';
  const toGo = scans.reduce((sum, scan) => sum + scan.toGo, 0);
  return `${(listed - toGo).toLocaleString('en')} of ${listed.toLocaleString('en')} repositories looked at…`;
}
