import { createHash } from 'node:crypto';
import { MaskedStream, type Mask } from './mask.ts';
import type { SpooledStream } from './recoverSpool.ts';

/**
 * What a container wrote to one descriptor, read again from its beginning: gives out what the spool does not have yet.
 * The masked bytes are the same whatever the pieces, so a count says where the spool ends, and a hash that it is so.
 */
export class Continuation {
  readonly #masked: MaskedStream;
  readonly #spooled: SpooledStream;
  readonly #hash = createHash('sha256');
  #seen = 0;
  #differs = false;

  constructor(mask: Mask, spooled: SpooledStream) {
    this.#masked = new MaskedStream(mask);
    this.#spooled = spooled;
  }

  /** Whether what was read is not what the spool has: the engine no longer has the beginning, and nothing is given out. */
  get differs(): boolean {
    return this.#differs;
  }

  push(data: Buffer): Buffer {
    return this.#newPart(this.#masked.push(data));
  }

  end(): Buffer {
    return this.#newPart(this.#masked.end());
  }

  #newPart(shown: Buffer): Buffer {
    const known = shown.subarray(0, this.#spooled.bytes - this.#seen);
    if (known.length > 0) {
      this.#hash.update(known);
      this.#seen += known.length;
      if (this.#seen === this.#spooled.bytes)
        this.#differs = this.#hash.digest('hex') !== this.#spooled.sha256;
    }
    return this.#differs ? Buffer.alloc(0) : shown.subarray(known.length);
  }
}
