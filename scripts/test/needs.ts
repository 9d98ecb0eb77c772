import { ensureBrowserTools } from '../system/ensureBrowserTools.ts';
import { ensureChromium } from '../system/ensureChromium.ts';
import { ensureDemoImage } from '../system/ensureDemoImage.ts';
import { ensureDocker } from '../system/ensureDocker.ts';
import { ensureFaketime } from '../system/ensureFaketime.ts';
import { ensureSshd } from '../system/ensureSshd.ts';
import type { Say } from '../system/say.ts';
import type { Need } from './suites.ts';

/** Provides what suites need, each thing once however many need it. Disposing stops what was started. */
export class Needs implements AsyncDisposable {
  readonly #say: Say;
  readonly #resources = new AsyncDisposableStack();
  readonly #provided = new Map<Need, Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(say: Say) {
    this.#say = say;
  }

  /** Throws one sentence for the first one that cannot be had. */
  async provide(needs: readonly Need[]): Promise<void> {
    for (const need of needs) await this.#once(need);
  }

  /** One after another: each may ask the person who waits. */
  #once(need: Need): Promise<void> {
    const known = this.#provided.get(need);
    if (known !== undefined) return known;
    const provided = this.#last.then(() => this.#provide(need));
    this.#provided.set(need, provided);
    this.#last = provided.catch(() => undefined);
    return provided;
  }

  async #provide(need: Need): Promise<void> {
    if (need === 'docker') {
      this.#resources.use(await ensureDocker(this.#say));
      await ensureDemoImage(this.#say);
    } else if (need === 'faketime') {
      await ensureFaketime(this.#say);
    } else if (need === 'sshd') {
      await ensureSshd(this.#say);
    } else {
      await ensureChromium(this.#say);
      await ensureBrowserTools(this.#say);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}
