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

  push(data: Uint8Array): void {
    if (data.length > 0) this.#parts.push(data);
    this.#end += data.length;
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

  /** At most so many bytes from an offset on, which is not before the start. */
  slice(offset: number, most: number): Uint8Array {
    const found: Uint8Array[] = [];
    let skip = offset - this.#start;
    let room = most;
    for (const part of this.#parts) {
      if (room === 0) break;
      if (skip >= part.length) {
        skip -= part.length;
        continue;
      }
      const taken = part.subarray(skip, skip + room);
      skip = 0;
      room -= taken.length;
      found.push(taken);
    }
    return found.length === 1 && found[0] !== undefined ? found[0] : Buffer.concat(found);
  }
}
