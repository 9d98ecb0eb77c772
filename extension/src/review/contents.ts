import { FlotillaError } from '@flotilla/shared/errors';
import { l10n } from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { ContentCache } from './contentCache.ts';
import type { PatchSide } from './patchUri.ts';

/** Both sides of a large review; one text of 50 MB is the most that VS Code opens. */
const cacheBytes = 64 * 1024 * 1024;
/** How long one file or one Patch may take. */
const fetchMs = 60_000;

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
        l10n.t(
          'This file is of the service at {0}, and this window is connected to {1}.',
          side.origin,
          state.address.origin,
        ),
      );
    }
    const query = new URLSearchParams({
      repository: String(side.repositoryId),
      tree: side.tree,
      path: side.path,
    });
    const path = `/contents?${query.toString()}`;
    return this.#cache.read(`${side.origin}${path}`, () => this.#get(path));
  }

  /** The whole Patch of an Attempt, as git wrote it. */
  patch(attemptId: number): Promise<Uint8Array> {
    return this.#get(`/attempts/${attemptId}/patch`);
  }

  async #get(path: string): Promise<Uint8Array> {
    const response = await this.#connection.fetch(path, AbortSignal.timeout(fetchMs));
    if (!response.ok) throw await refusalIn(response);
    return new Uint8Array(await response.arrayBuffer());
  }
}

async function refusalIn(response: Response): Promise<FlotillaError> {
  const answer: unknown = await response.json().catch(() => undefined);
  const { message } = (answer ?? {}) as { message?: unknown };
  return new FlotillaError(
    response.status === 404 ? 'notFound' : 'unavailable',
    typeof message === 'string' ? message : l10n.t('The service answered with HTTP {0}.', response.status),
  );
}
