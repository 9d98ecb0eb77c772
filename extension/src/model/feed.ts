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
  /** The feed begins anew before a message has said from where it could go on: changes may have been missed. */
  onGap(): void;
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
  #timer: ReturnType<typeof setTimeout> | undefined;
  /**
   * The subscription that counts. tRPC says of one that is unsubscribed, and of all when their socket is closed, that it is
   * complete, as it does when the service has ended it.
   */
  #current: { unsubscribe?: () => void } | undefined;

  constructor(client: FlotillaClient, listener: FeedListener) {
    this.client = client;
    this.#listener = listener;
    this.#subscribe();
  }

  /** Asks for the topics that are wanted by now, from where the feed is. */
  renew(): void {
    this.#letGo();
    this.#resume();
  }

  dispose(): void {
    this.#letGo();
  }

  #resume(): void {
    this.#subscribe();
    if (this.#cursor === undefined) this.#listener.onGap();
  }

  #subscribe(): void {
    const from = this.#cursor === undefined ? {} : { lastEventId: this.#cursor };
    const current: { unsubscribe?: () => void } = {};
    this.#current = current;
    const isCurrent = () => this.#current === current;
    const subscription = this.client.rows.watch.subscribe(
      { topics: [...this.#listener.topics()], ...from },
      {
        onData: ({ id, data }) => {
          if (!isCurrent()) return;
          try {
            this.#listener.onChanges(data);
            this.#cursor = id;
          } catch (error) {
            this.#letGo();
            this.#fail(error);
          }
        },
        onError: (error) => {
          // Without a valid token the connection itself ends.
          if (isCurrent() && !isUnauthorized(error)) this.#fail(error);
        },
        onComplete: () => {
          if (isCurrent()) this.#again();
        },
      },
    );
    current.unsubscribe = () => subscription.unsubscribe();
  }

  #letGo(): void {
    const { unsubscribe } = this.#current ?? {};
    this.#current = undefined;
    clearTimeout(this.#timer);
    unsubscribe?.();
  }

  #fail(error: unknown): void {
    this.#listener.onProblem(error);
    this.#again();
  }

  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#resume(), againMs);
  }
}
