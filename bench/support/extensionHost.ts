import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { waitFor } from '../../test/support/waitFor.ts';
import type { HostSample } from './watchHost.ts';

/** An extension host that says how it fares. */
export interface ExtensionHost {
  /** Since the last one. `collected`: after its garbage is gone. */
  sample(heap?: 'collected'): Promise<HostSample>;
  /** Begins to note what its time goes to; the answer ends it and returns a profile for Chromium's tools. */
  profile(): Promise<() => Promise<string>>;
}

/** What code-server is started with, so that its extension host can be asked. `folder` is an empty one. */
export function watchedHost(folder: string): {
  readonly nodeArguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const program = pathToFileURL(join(import.meta.dirname, 'watchHost.ts')).href;
  return { nodeArguments: [`--import=${program}`], env: { FLOTILLA_WATCH_HOST: addressFile(folder) } };
}

/** The extension host of the window that was opened last. */
export async function findHost(folder: string): Promise<ExtensionHost> {
  const address = await waitFor('the extension host', () =>
    readFile(addressFile(folder), 'utf8').catch(() => undefined),
  );
  const ask = async (path: string) => (await fetch(`${address}${path}`)).text();
  return {
    sample: async (heap) => JSON.parse(await ask(heap === undefined ? '/' : '/collected')) as HostSample,
    async profile() {
      await ask('/profile');
      return () => ask('/profiled');
    },
  };
}

function addressFile(folder: string): string {
  return join(folder, 'extension-host');
}
