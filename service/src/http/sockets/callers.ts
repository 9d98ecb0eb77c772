import type { Principal } from '../../auth/tokens.ts';
import { Caller, runnerLimits, userLimits } from './caller.ts';

/** Those who are connected to one endpoint. */
export class Callers {
  readonly #callers = new Map<string, Caller>();

  /** Whose calls are counted together with those of this principal; undefined for a stranger, who has nobody. */
  of(principal: Principal | undefined): Caller | undefined {
    if (principal === undefined) return undefined;
    const isUser = principal.scope === 'user';
    const key = isUser ? `user ${principal.user.id}` : `token ${principal.tokenId}`;
    const known = this.#callers.get(key);
    if (known !== undefined) return known;
    const caller = new Caller(isUser ? userLimits : runnerLimits, () => this.#callers.delete(key));
    this.#callers.set(key, caller);
    return caller;
  }
}
