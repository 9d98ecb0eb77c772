import type { z } from 'zod';
import { ApiClient, type ApiAnswer, type ApiRequest } from '../apiClient.ts';
import type { HostContext } from '../codeHost.ts';
import { HostError, type HostErrorCode, type HostRetry } from '../hostError.ts';
import { nextPageOf } from './nextPageOf.ts';

/** A part of a list, and what time it was at the host then, in Unix milliseconds. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hostTime: number;
}

/** The API of one Gitea. Its errors are HostErrors, with Gitea's own words behind ours. */
export class GiteaApi {
  readonly #client: ApiClient;
  /** What people see of the address. */
  readonly #origin: string;

  constructor(location: string, context: Pick<HostContext, 'credential'>) {
    this.#origin = new URL(location).origin;
    this.#client = new ApiClient({
      baseUrl: `${location}/api/v1`,
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

  /** The answer; undefined when there is no such thing, or it is not shown. Throws a {@link HostError} for all else. */
  async readIfThere<T>(
    schema: z.ZodType<T>,
    request: ApiRequest,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    return (await this.readAtTime(schema, request, signal))?.value;
  }

  /** The answer with the time at the host; undefined when there is no such thing. Throws a {@link HostError} for all else. */
  async readAtTime<T>(
    schema: z.ZodType<T>,
    request: ApiRequest,
    signal?: AbortSignal,
  ): Promise<{ readonly value: T; readonly hostTime: number } | undefined> {
    try {
      const answer = await this.#succeed(request, signal);
      return { value: this.#parse(schema, answer, request), hostTime: hostTimeOf(answer) };
    } catch (error) {
      if (error instanceof HostError && error.code === 'gone') return undefined;
      throw error;
    }
  }

  /** All pages of a list: complete, or it throws. Throws a {@link HostError}. */
  async *pages<T>(
    schema: z.ZodType<readonly T[]>,
    request: ApiRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<Page<T>> {
    let seen = 0;
    for (let page = 1; page <= mostPages; page += 1) {
      const query = { ...request.query, page, limit: pageSize };
      const answer = await this.#succeed({ ...request, query }, signal);
      const items = this.#parse(schema, answer, request);
      yield { items, hostTime: hostTimeOf(answer) };
      seen += items.length;
      if (!nextPageOf(answer.headers, { seen, hasItems: items.length > 0 })) return;
    }
    throw new HostError('invalid', `${this.#origin} lists more than ${mostPages} pages.`, {
      retry: 'backOff',
    });
  }

  /** All items of a list; see {@link pages}. */
  async all<T>(
    schema: z.ZodType<readonly T[]>,
    request: ApiRequest,
    signal?: AbortSignal,
  ): Promise<readonly T[]> {
    const all: T[] = [];
    for await (const { items } of this.pages(schema, request, signal)) all.push(...items);
    return all;
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
    const where = issue === undefined ? '' : ` at "${issue.path.join('.').slice(0, 100)}": ${issue.message}`;
    throw new HostError('invalid', `${this.#origin} answered something else than a Gitea does${where}.`, {
      retry: 'backOff',
      unclear: method !== 'GET',
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
      case 301:
      case 302:
      case 307:
      case 308:
        return make('gone', `${this.#origin} has moved what is asked for elsewhere.`, 'backOff');
      case 401:
        return make('credential', `${this.#origin} refuses the credential. Replace it.`, 'backOff');
      case 403:
        return make('forbidden', `${this.#origin} does not let the credential do this.`);
      case 404:
        return make(
          'gone',
          `${this.#origin} has no such repository or pull request, or does not show it.`,
          'backOff',
        );
      case 409:
        return make('exists', `${this.#origin} has that already.`);
      case 423:
        return make('archived', `The repository is archived on ${this.#origin}.`, 'backOff');
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

function hostTimeOf({ headers }: ApiAnswer): number {
  const time = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(time) ? Date.now() : time;
}

/** What Gitea says of a refusal, which may quote what others wrote. */
function messageIn(body: unknown): string {
  const { message } = (body ?? {}) as { readonly message?: unknown };
  if (typeof message !== 'string') return '';
  const cut = message.slice(0, 300).toWellFormed();
  return cut
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}|\p{Cf}/gu, '')
    .trim();
}

function retryAfter(headers: Headers): HostRetry | undefined {
  const seconds = Number(headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0
    ? { at: Date.now() + Math.min(seconds, 3600) * 1000 }
    : undefined;
}
