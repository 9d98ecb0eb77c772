import type { z } from 'zod';
import { ApiClient, type ApiAnswer, type ApiRequest } from '../apiClient.ts';
import type { HostContext } from '../codeHost.ts';
import { HostError, type HostErrorCode, type HostRetry } from '../hostError.ts';

/** The API of one Gitea. Its errors are HostErrors, with Gitea's own words behind ours. */
export class GiteaApi {
  readonly #client: ApiClient;
  /** What people see of the address. */
  readonly #origin: string;

  constructor(location: string, context: HostContext) {
    this.#origin = new URL(location).origin;
    this.#client = new ApiClient({
      baseUrl: `${location.replace(/\/$/, '')}/api/v1`,
      headers: async () => {
        const credential = await context.credential();
        return credential === undefined ? {} : { authorization: `token ${credential.reveal()}` };
      },
    });
  }

  /** The answer to a request, as a schema says. Throws a {@link HostError}. */
  async read<T>(schema: z.ZodType<T>, request: ApiRequest, signal?: AbortSignal): Promise<T> {
    return this.#parse(schema, await this.#succeed(request, signal), request);
  }

  /** Sends what has no answer that anybody reads. Throws a {@link HostError}. */
  async send(request: ApiRequest, signal?: AbortSignal): Promise<void> {
    await this.#succeed(request, signal);
  }

  /** All pages of a list: complete, or it throws. Throws a {@link HostError}. */
  async *pages<T>(
    schema: z.ZodType<readonly T[]>,
    request: ApiRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly T[]> {
    // What a page has is the server's to say: the next one is asked for until one is empty.
    for (let page = 1; page <= mostPages; page += 1) {
      const query = { ...request.query, page, limit: pageSize };
      const items = await this.read(schema, { ...request, query }, signal);
      if (items.length === 0) return;
      yield items;
    }
    throw new HostError('invalid', `${this.#origin} lists more than ${mostPages} pages.`, { retry: 'never' });
  }

  async #succeed(request: ApiRequest, signal: AbortSignal | undefined): Promise<ApiAnswer> {
    const answer = await this.#client.send(request, signal);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw this.#errorOf(answer, request);
  }

  #parse<T>(schema: z.ZodType<T>, { body }: ApiAnswer, { method, path }: ApiRequest): T {
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = issue === undefined ? '' : ` at "${issue.path.join('.')}": ${issue.message}`;
    throw new HostError('invalid', `${this.#origin} answered something else than a Gitea does${where}.`, {
      retry: 'backOff',
      cause: new Error(`${method} ${path}`),
    });
  }

  #errorOf({ status, headers, body }: ApiAnswer, { method, path }: ApiRequest): HostError {
    const said = messageIn(body);
    const cause = new Error(`${method} ${path} was answered with ${status}`);
    const make = (code: HostErrorCode, sentence: string, retry: HostRetry = 'never') =>
      new HostError(code, `${sentence}${said === '' ? '' : ` (${said})`}`, { retry, cause });
    const after = retryAfter(headers);
    switch (status) {
      case 401:
        return make('credential', `${this.#origin} refuses the credential. Replace it.`, 'backOff');
      case 403:
        return make('forbidden', `${this.#origin} does not let the credential do this.`);
      case 404:
        return make('gone', `${this.#origin} has no such repository or pull request, or does not show it.`);
      case 409:
        return make('exists', `${this.#origin} has that already.`);
      case 423:
        return make('archived', `The repository is archived on ${this.#origin}.`);
      case 429:
      case 503:
        return make('rateLimited', `${this.#origin} takes no more requests for now.`, after ?? 'backOff');
      default:
        return status >= 500
          ? new HostError('unavailable', `${this.#origin} is in trouble (${status}).`, {
              retry: 'backOff',
              unclear: method !== 'GET',
              cause,
            })
          : make('invalid', `${this.#origin} does not take this (${status}).`);
    }
  }
}

/** Items that are asked for in one page: as many as Gitea gives unless it is told otherwise. */
const pageSize = 50;
const mostPages = 10_000;

function messageIn(body: unknown): string {
  const { message } = (body ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message.replaceAll(/\s+/g, ' ').slice(0, 300) : '';
}

function retryAfter(headers: Headers): HostRetry | undefined {
  const seconds = Number(headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0
    ? { at: Date.now() + Math.min(seconds, 3600) * 1000 }
    : undefined;
}
