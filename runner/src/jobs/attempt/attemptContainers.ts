import { messageOf } from '@flotilla/shared/errors';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import { createContainer, type Container, type ContainerSpec } from '../../sandbox/container/container.ts';

/** How long an Attempt that ends waits for the engine to remove its containers, in milliseconds. */
const removeMs = 30_000;

/**
 * The containers of one Attempt. One that has ended is removed beside whatever comes next, and all are gone before the
 * Attempt is finished; what an engine that is away still has, is found later by its labels (removeLeftovers.ts).
 */
export class AttemptContainers {
  readonly #docker: Docker;
  readonly #logger: Logger;
  readonly #created = new Set<Container>();
  #areGone = true;

  constructor(docker: Docker, logger: Logger) {
    this.#docker = docker;
    this.#logger = logger;
  }

  async create(spec: ContainerSpec): Promise<Container> {
    const container = await createContainer(this.#docker, spec);
    this.#created.add(container);
    return container;
  }

  /** Whether none of them can write any more: false when some remained. */
  get areGone(): boolean {
    return this.#areGone && this.#created.size === 0;
  }

  /** Begins to remove a container. */
  remove(container: Container): void {
    // Whether it worked is seen by removeAll, which asks for the same removal.
    container[Symbol.asyncDispose]().then(undefined, () => undefined);
  }

  /** Resolves when all containers are gone, or the engine did not remove them in time. */
  async removeAll(): Promise<void> {
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => timeout.reject(new Error(`it took longer than ${removeMs / 1000} s`)),
      removeMs,
    );
    const removed = [...this.#created].map((container) => container[Symbol.asyncDispose]());
    try {
      await Promise.race([Promise.all(removed), timeout.promise]);
    } catch (error) {
      this.#areGone = false;
      this.#logger.warn(
        { reason: messageOf(error) },
        'containers of an attempt remain; they are removed later',
      );
    } finally {
      clearTimeout(timer);
      this.#created.clear();
    }
  }
}
