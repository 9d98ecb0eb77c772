import { HostError } from './hostError.ts';

/** A request to the API of a code host. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the address of the API, with a slash at its beginning; its parts are encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

/** What was answered, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; undefined where there is none, or it is no JSON. */
  readonly body: unknown;
}

export interface ApiClientOptions {
  /** Where the API is, without a slash at its end. */
  readonly baseUrl: string;
  /** What each request has besides; asked for anew each time, because a credential may be replaced. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

/** How long a host may take for one answer, and how large that may be. */
const limits = { answerMs: 30_000, bytes: 32 * 1024 * 1024 };

/**
 * Asks the API of a code host. Never follows a redirection, so that the credential goes to its own origin alone. Throws a
 * {@link HostError} of code `unavailable` where there is no whole answer, which may come after the effect.
 */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  async send({ method, path, query = {}, body }: ApiRequest, signal?: AbortSignal): Promise<ApiAnswer> {
    const url = new URL(this.#options.baseUrl + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const limit = AbortSignal.timeout(limits.answerMs);
    try {
      const response = await fetch(url, {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': 'flotilla',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(await this.#options.headers()),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      const text = await readText(response);
      return { status: response.status, headers: response.headers, body: parse(text) };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof HostError) throw error;
      const said = limit.aborted ? `it gave no answer for ${limits.answerMs / 1000} s` : causeOf(error);
      throw new HostError('unavailable', `The code host ${url.origin} cannot be reached: ${said}.`, {
        retry: 'backOff',
        unclear: method !== 'GET',
        cause: error,
      });
    }
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limits.bytes)
      throw new HostError('invalid', `The code host answered with more than ${limits.bytes} bytes.`, {
        retry: 'never',
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A page of a proxy: whoever expects JSON says what is wrong.
    return undefined;
  }
}

/** fetch hides what happened behind its own words. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : String(error);
}
