import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere } from '../files.ts';

const announcement = z.object({ url: z.string(), pid: z.number().int() });

/** Where the service with that data folder listens; undefined when none says so or answers there. */
export async function findServiceUrl(dataFolder: string): Promise<string | undefined> {
  const text = await readIfThere(join(dataFolder, 'service.json'));
  const said = announcement.safeParse(text === undefined ? undefined : parse(text));
  if (!said.success) return undefined;
  try {
    // The file stays when the service ends, so only an answer counts.
    const answer = await fetch(`${said.data.url}/healthz`, { signal: AbortSignal.timeout(2000) });
    return answer.ok ? said.data.url : undefined;
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
