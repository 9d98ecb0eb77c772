import type { Lease } from '../session/lease.ts';
import type { Spool } from './spool.ts';
import { Uploader } from './uploader.ts';

/** The bytes of an Attempt's log on their way: into the spool first, and from there to the service. */
export class SpooledLog implements AsyncDisposable {
  readonly spool: Spool;
  readonly #upload: Uploader;

  constructor(serverUrl: string, lease: Lease, spool: Spool) {
    this.spool = spool;
    this.#upload = new Uploader(serverUrl, lease, 'log', spool);
  }

  /** Length of the log once all is sent. */
  get length(): number {
    return this.spool.length;
  }

  /** Why an Attempt that writes a log cannot go on: the disk took no more, or the Attempt is no longer the runner's. */
  get failure(): Error | undefined {
    return this.#upload.failure ?? this.spool.failure;
  }

  /**
   * Takes bytes, also after a failure of the disk; they may be used again once it has resolved. Throws a FencedError
   * once the lease is over.
   */
  async write(...pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#upload.failure !== undefined) throw this.#upload.failure;
    await this.spool.append(...pieces);
    this.#upload.wake();
  }

  /** Resolves when every byte is acknowledged. */
  flush(): Promise<void> {
    return this.#upload.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.spool[Symbol.asyncDispose]();
  }
}
