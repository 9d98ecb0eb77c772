import type { RecordSource } from '@flotilla/shared/logs/frame';

/** Of what comes after the limit the end is kept, because errors come last (docs/spec/logs.md). */
const tailBytes = 256 * 1024;

/** What came from one source without another one between. */
interface Run {
  readonly source: RecordSource;
  readonly data: Buffer;
}

/** The end of what a log has no room for, in a piece of memory that is used again and again. */
export class LogTail {
  /** A ring; made with the first byte, because few logs need it. */
  #ring: Buffer = Buffer.alloc(0);
  /** Place of the next byte in the ring. */
  #end = 0;
  #runs: { readonly source: RecordSource; bytes: number }[] = [];
  #keptBytes = 0;
  #passedBytes = 0;

  /** Whether nothing came. */
  get isEmpty(): boolean {
    return this.#passedBytes === 0;
  }

  /** Bytes that came and are not kept. */
  get omittedBytes(): number {
    return this.#passedBytes - this.#keptBytes;
  }

  /** Takes a copy. */
  push(source: RecordSource, data: Buffer): void {
    this.#passedBytes += data.length;
    const kept = data.subarray(Math.max(0, data.length - tailBytes));
    if (kept.length === 0) return;
    if (this.#ring.length === 0) this.#ring = Buffer.allocUnsafe(tailBytes);
    const fitting = kept.copy(this.#ring, this.#end);
    kept.copy(this.#ring, 0, fitting);
    this.#end = (this.#end + kept.length) % tailBytes;
    const last = this.#runs.at(-1);
    if (last !== undefined && isSame(last.source, source)) last.bytes += kept.length;
    else this.#runs.push({ source, bytes: kept.length });
    this.#keptBytes += kept.length;
    this.#forgetUntil(tailBytes);
  }

  /** What is kept, oldest first. */
  *runs(): Generator<Run> {
    const all = Buffer.concat([this.#ring.subarray(this.#end), this.#ring.subarray(0, this.#end)]);
    let at = all.length - this.#keptBytes;
    for (const { source, bytes } of this.#runs) {
      yield { source, data: all.subarray(at, at + bytes) };
      at += bytes;
    }
  }

  #forgetUntil(most: number): void {
    for (let first = this.#runs[0]; first !== undefined && this.#keptBytes > most; first = this.#runs[0]) {
      const excess = Math.min(first.bytes, this.#keptBytes - most);
      this.#keptBytes -= excess;
      first.bytes -= excess;
      if (first.bytes === 0) this.#runs.shift();
    }
  }
}

function isSame(one: RecordSource, other: RecordSource): boolean {
  return (
    one.step === other.step && one.descriptor === other.descriptor && one.beginsStep === other.beginsStep
  );
}
