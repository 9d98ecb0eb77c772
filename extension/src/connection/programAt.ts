import { boundedFetch, type AnswerBounds } from './boundedFetch.ts';

/** What it says of itself is short; its time is the caller's, who has a sentence for it. */
const bounds: AnswerBounds = { maxBytes: 64 * 1024, stallMs: 60_000, wholeMs: 60_000 };

/** What answers at an address: its HTTP status, and which program it says it is; undefined where it does not say it. */
export async function programAt(
  baseUrl: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly program: unknown }> {
  const { ok, status, bytes } = await boundedFetch(`${baseUrl}/healthz`, {}, bounds, signal);
  return { status, program: ok ? programIn(bytes) : undefined };
}

function programIn(bytes: Uint8Array): unknown {
  try {
    return ((JSON.parse(new TextDecoder().decode(bytes)) ?? {}) as { program?: unknown }).program;
  } catch {
    // It is something else that answers there.
    return undefined;
  }
}
