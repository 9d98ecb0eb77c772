import type { HostSyncView, SyncView } from '@flotilla/shared/views';
import type { ScannedHost } from './scannedHost.ts';

/**
 * Scans hosts at once, and waits for each as long as it gets on: one that is away, or gets nowhere for so many milliseconds, keeps
 * nobody waiting for the others.
 */
export async function syncHosts(
  scanned: readonly ScannedHost[],
  patienceMs: number,
  signal: AbortSignal | undefined,
): Promise<SyncView> {
  const synced = await Promise.all(scanned.map((host) => syncHost(host, patienceMs, signal)));
  const hosts = synced.filter((host) => host !== undefined);
  return {
    repositories: sum(hosts.map(({ repositories }) => repositories)),
    changed: sum(hosts.map(({ changed }) => changed)),
    hosts,
  };
}

/** Undefined when the host was let go of meanwhile. */
async function syncHost(
  { row, scans }: ScannedHost,
  patienceMs: number,
  signal: AbortSignal | undefined,
): Promise<HostSyncView | undefined> {
  const scanning = scans.scanPatiently(patienceMs, signal);
  const outcome = await scanning.catch((error: unknown) => {
    if (scans.isEnding) return 'gone' as const;
    throw error;
  });
  if (outcome === 'gone') return undefined;
  const host = { codeHostId: row.id, codeHost: row.name, repositories: 0, changed: 0, problem: null };
  if (outcome === undefined) return { ...host, state: 'goesOn' };
  if (outcome.kind === 'away') return { ...host, state: 'away', problem: outcome.problem };
  const { repositories, changed } = outcome;
  return { ...host, state: 'scanned', repositories, changed };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
