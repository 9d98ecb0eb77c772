import { FlotillaError, messageOf } from '@flotilla/shared/errors';
import { maxContentBytes, maxTextBytes } from '@flotilla/shared/protocol/contents';
import { shortened } from '@flotilla/shared/text/oneLine';
import type { AnswerBounds, BoundedAnswer } from '../connection/boundedFetch.ts';
import type { Connection } from '../connection/connection.ts';
import { ContentCache } from './contentCache.ts';
import type { PatchSide } from './patchUri.ts';

/** Both sides of a large review. */
const cacheBytes = 64 * 1024 * 1024;
/** How long an answer may stand still, and take as a whole; the service cuts off who takes longer than it gives. */
const times = { stallMs: 20_000, wholeMs: 300_000 } as const;
const contentBounds: AnswerBounds = { maxBytes: maxContentBytes, ...times };
const patchBounds: AnswerBounds = { maxBytes: maxTextBytes, ...times };
/** Characters of a refusal that are shown. */
const maxRefusal = 1000;

/** Contents of files and whole Patches, from the service by HTTP. */
export class Contents {
  readonly #connection: Connection;
  readonly #cache = new ContentCache(cacheBytes);

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** One side of a changed file. It is named by the id of its tree, so it never changes. */
  read(side: PatchSide): Promise<Uint8Array> {
    const { state } = this.#connection;
    if ('address' in state && state.address.origin !== side.origin) {
      throw new FlotillaError(
        'unavailable',
        `This file is of the service at ${side.origin}, and this window is connected to ${state.address.origin}.`,
      );
    }
    const query = new URLSearchParams({
      repository: String(side.repositoryId),
      tree: side.tree,
      path: side.path,
    });
    const path = `/contents?${query.toString()}`;
    return this.#cache.read(`${side.origin}${path}`, () => this.#get(path, contentBounds));
  }

  /** The Patch of an Attempt without the files that were left out of its Job: made by the service of the trees that are shown. */
  includedPatch(attemptId: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#get(`/attempts/${attemptId}/patch/included`, patchBounds, signal);
  }

  async #get(path: string, bounds: AnswerBounds, signal = new AbortController().signal): Promise<Uint8Array> {
    const answer = await this.#fetch(path, bounds, signal);
    if (!answer.ok) throw refusalIn(answer);
    return answer.bytes;
  }

  async #fetch(path: string, bounds: AnswerBounds, signal: AbortSignal): Promise<BoundedAnswer> {
    try {
      return await this.#connection.fetch(path, bounds, signal);
    } catch (error) {
      if (signal.aborted || error instanceof FlotillaError) throw error;
      const sentence = `The answer of the service broke off, or was none (${messageOf(error)}). Try again.`;
      throw new FlotillaError('unavailable', sentence, { cause: error });
    }
  }
}

function refusalIn({ status, bytes }: BoundedAnswer): FlotillaError {
  return new FlotillaError(
    status === 404 ? 'notFound' : 'unavailable',
    messageIn(bytes) ?? `The service answered with HTTP ${status}.`,
  );
}

function messageIn(bytes: Uint8Array): string | undefined {
  try {
    const { message } = (JSON.parse(new TextDecoder().decode(bytes)) ?? {}) as { message?: unknown };
    return typeof message === 'string' ? shortened(message, maxRefusal) : undefined;
  } catch {
    // What stands before a service, such as a proxy, answers in a form of its own.
    return undefined;
  }
}
