/** A piece of a stream in memory, from one offset to another: grows at its end, shrinks at its beginning. */
export class ByteQueue {
  #start: number;
  #end: number;
  #parts: Uint8Array[] = [];

  /** Begins at that offset of the stream. */
  constructor(start = 0) {
    this.#start = start;
    this.#end = start;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** Its bytes, as they came. */
  get parts(): readonly Uint8Array[] {
    return [...this.#parts];
  }

  /** Takes no copy. */
  push(data: Uint8Array): void {
    if (data.length > 0) this.#parts.push(data);
    this.#end += data.length;
  }

  /** Takes copies of what is there now, so that its owners may use it again. */
  copy(): void {
    this.#parts = this.#parts.map((part) => Buffer.from(part));
  }

  /** Forgets what is before an offset. */
  dropUntil(offset: number): void {
    let left = Math.min(offset, this.#end) - this.#start;
    if (left <= 0) return;
    this.#start += left;
    let whole = 0;
    for (const part of this.#parts) {
      if (part.length > left) break;
      left -= part.length;
      whole += 1;
    }
    this.#parts.splice(0, whole);
    if (left > 0 && this.#parts[0] !== undefined) this.#parts[0] = this.#parts[0].subarray(left);
  }

  /** Copies bytes from an offset on, which is not before the start, into a buffer; returns how many. */
  read(offset: number, into: Uint8Array): number {
    let skip = offset - this.#start;
    let filled = 0;
    for (const part of this.#parts) {
      if (filled === into.length) break;
      if (skip >= part.length) {
        skip -= part.length;
        continue;
      }
      const taken = part.subarray(skip, skip + into.length - filled);
      skip = 0;
      into.set(taken, filled);
      filled += taken.length;
    }
    return filled;
  }
}
