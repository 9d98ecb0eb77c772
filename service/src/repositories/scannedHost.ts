import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { CodeHostRow } from '../codeHosts/readCodeHosts.ts';
import type { Scans } from './scans.ts';

/** A code host that this replica has opened. */
export interface ScannedHost {
  readonly row: CodeHostRow;
  readonly host: CodeHost;
  readonly scans: Scans;
}
