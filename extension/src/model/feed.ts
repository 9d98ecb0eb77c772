import type { Changes } from '@flotilla/shared/protocol/liveRows';
import { isUnauthorized, type FlotillaClient } from '../connection/client.ts';
import type { Disposable } from '../platform/disposables.ts';

/** Between an error of the feed and the next try on the same connection. */
const againMs = 2000;

export interface FeedListener {
  /** The topics that are wanted now. */
  topics(): readonly string[];
  /** Takes in a message; what it throws counts as a failure of the feed. */
  onChanges(changes: Changes): void;
  /** Why a subscription failed that is tried again. */
  onProblem(error: unknown): void;
}

/**
 * The feed of changes, until it is disposed. A cut is resumed by tRPC from the last cursor; where the service ends the
 * subscription itself, it is asked again from the cursor that was reached.
 */
export class Feed implements Disposable {
  readonly client: FlotillaClient;
  readonly #listener: FeedListener;
  #cursor: string | undefined;
  #isOver = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #subscription: { unsubscribe(): void } | undefined;

  constructor(client: FlotillaClient, listener: FeedListener) {
    this.client = client;
    this.#listener = listener;
    this.#subscribe();
  }

  /** Asks for the topics that are wanted by now, from where the feed is. */
  renew(): void {
    clearTimeout(this.#timer);
    this.#subscription?.unsubscribe();
    this.#subscribe();
  }

  dispose(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#subscription?.unsubscribe();
  }

  #subscribe(): void {
    const from = this.#cursor === undefined ? {} : { lastEventId: this.#cursor };
    const subscription = this.client.rows.watch.subscribe(
      { topics: [...this.#listener.topics()], ...from },
      {
        onData: ({ id, data }) => {
          try {
            this.#listener.onChanges(data);
            this.#cursor = id;
          } catch (error) {
            subscription.unsubscribe();
            this.#fail(error);
          }
        },
        onError: (error) => {
          // Without a valid token the connection itself ends.
          if (!isUnauthorized(error)) this.#fail(error);
        },
        onComplete: () => this.#again(),
      },
    );
    this.#subscription = subscription;
  }

  #fail(error: unknown): void {
    this.#listener.onProblem(error);
    this.#again();
  }

  #again(): void {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = setTimeout(() => this.#subscribe(), againMs);
  }
}
