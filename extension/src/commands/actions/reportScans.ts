import type { FlotillaClient } from '../../connection/client.ts';
import { scanText } from '../../authoring/scanText.ts';

/** Between two looks at how far scans are, in milliseconds. */
const lookMs = 1000;

/**
 * Says how far the scans of code hosts are, once in a while until the signal aborts. That is news, and not what is waited for: a
 * service that does not tell, because it is older or busy, is not asked again.
 */
export async function reportScans(
  client: FlotillaClient,
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      if (signal.aborted) return;
      const said = scanText(await client.codeHosts.list.query(undefined, { signal }));
      if (signal.aborted) return;
      if (said !== undefined) report(said);
    }
  } catch {
    return;
  }
}
