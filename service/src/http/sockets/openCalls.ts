import type { Caller } from './caller.ts';
import type { Answer, Call } from './readCalls.ts';

/** Whether a call has begun; or what it waits for: an end of its caller's calls, or of this connection's; or a rule that it breaks. */
export type Begun = 'begun' | 'full' | 'idle' | { readonly broken: string };

/** What one connection has asked for and has no last answer to. */
export class OpenCalls {
  readonly #caller: Caller;
  readonly #kinds = new Map<string, 'call' | 'subscription'>();
  #subscriptions = 0;
  #begun = 0;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  begin({ id, kind }: Call): Begun {
    const { limits } = this.#caller;
    if (kind === 'stop') return 'begun';
    if (this.#begun >= limits.messages) return { broken: 'too much without a good token' };
    if (this.#kinds.has(id)) return { broken: 'an id that is in use' };
    if (kind === 'subscription') {
      const isTooMany = this.#subscriptions >= limits.subscriptionsOfSocket;
      if (isTooMany || !this.#caller.beginSubscription()) return { broken: 'too many subscriptions' };
      this.#subscriptions += 1;
    } else {
      if (this.#kinds.size - this.#subscriptions >= limits.callsOfSocket) return 'idle';
      if (!this.#caller.beginCall()) return 'full';
    }
    this.#kinds.set(id, kind);
    this.#begun += 1;
    return 'begun';
  }

  /** Takes note of an answer, which may be the last one. */
  answered({ id, endsSubscription }: Answer): void {
    const kind = this.#kinds.get(id);
    if (kind === undefined || (kind === 'subscription' && !endsSubscription)) return;
    this.#kinds.delete(id);
    this.#end(kind);
  }

  /** The connection is gone: nothing will be answered any more. */
  endAll(): void {
    for (const kind of this.#kinds.values()) this.#end(kind);
    this.#kinds.clear();
  }

  #end(kind: 'call' | 'subscription'): void {
    if (kind === 'call') {
      this.#caller.endCall();
      return;
    }
    this.#subscriptions -= 1;
    this.#caller.endSubscription();
  }
}
