import { FlotillaError } from '@flotilla/shared/errors';

/** What an answer may have and take. */
export interface AnswerBounds {
  readonly maxBytes: number;
  /** How long nothing may come, in milliseconds. */
  readonly stallMs: number;
  /** How long all of it may take, in milliseconds. */
  readonly wholeMs: number;
}

export interface BoundedAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly bytes: Uint8Array;
}

/**
 * Fetches a whole answer, which is counted as it comes and after it was inflated. What goes beyond its bounds, or leads
 * elsewhere, is a refusal with a sentence, and the connection is let go; a failure of the network is what `fetch` throws.
 */
export async function boundedFetch(
  url: string,
  headers: Readonly<Record<string, string>>,
  bounds: AnswerBounds,
  cancelled: AbortSignal,
): Promise<BoundedAnswer> {
  const { host } = new URL(url);
  const ending = new AbortController();
  const tooSlow = (sentence: string) => () => ending.abort(new FlotillaError('unavailable', sentence));
  const whole = setTimeout(
    tooSlow(`${host} took more than ${bounds.wholeMs / 1000} seconds to answer. Try again later.`),
    bounds.wholeMs,
  );
  let stall: ReturnType<typeof setTimeout> | undefined;
  const onProgress = () => {
    clearTimeout(stall);
    stall = setTimeout(
      tooSlow(
        `${host} stopped answering: nothing came for ${bounds.stallMs / 1000} seconds. Try again later.`,
      ),
      bounds.stallMs,
    );
  };
  try {
    onProgress();
    const response = await fetch(url, {
      headers,
      // A redirect could lead to another host.
      redirect: 'error',
      credentials: 'omit',
      signal: AbortSignal.any([cancelled, ending.signal]),
    });
    const bytes = await readWhole(response, bounds.maxBytes, onProgress, () =>
      tooLarge(host, bounds.maxBytes),
    );
    return { ok: response.ok, status: response.status, bytes };
  } catch (error) {
    // What was read until then is not waited for.
    ending.abort(error);
    throw error;
  } finally {
    clearTimeout(whole);
    clearTimeout(stall);
  }
}

async function readWhole(
  response: Response,
  maxBytes: number,
  onProgress: () => void,
  refusal: () => FlotillaError,
): Promise<Uint8Array> {
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) throw refusal();
  if (response.body === null) return new Uint8Array(0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    onProgress();
    length += value.length;
    if (length > maxBytes) throw refusal();
    parts.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function tooLarge(host: string, maxBytes: number): FlotillaError {
  const size = maxBytes < 1024 * 1024 ? `${maxBytes / 1024} KB` : `${maxBytes / 1024 / 1024} MB`;
  return new FlotillaError(
    'unavailable',
    `${host} answered with more than ${size}, which is the most that is read here.`,
  );
}
