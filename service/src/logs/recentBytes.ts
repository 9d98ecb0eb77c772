/** Bytes kept per log: what its readers are about to ask for (docs/spec/logs.md). */
const keptBytes = 256 * 1024;

/**
 * The newest bytes of the logs that somebody follows in this replica, so that a thousand readers of one log do not
 * make a thousand queries. Only committed bytes get in; what is not here is read from the table.
 */
export class RecentBytes {
  readonly #logs = new Map<number, { start: number; chunks: Uint8Array[]; end: number }>();

  /** Notes bytes that were stored. A gap to what is kept starts anew. */
  add(attemptId: number, offset: number, data: Uint8Array): void {
    let log = this.#logs.get(attemptId);
    if (log === undefined || log.end !== offset) {
      log = { start: offset, chunks: [], end: offset };
      this.#logs.set(attemptId, log);
    }
    log.chunks.push(data);
    log.end += data.length;
    for (let first = log.chunks[0]; first !== undefined; first = log.chunks[0]) {
      if (log.end - log.start - first.length < keptBytes) break;
      log.chunks.shift();
      log.start += first.length;
    }
  }

  /** The bytes from an offset on, as far as they are kept; undefined when there are none here. */
  read(attemptId: number, offset: number): Uint8Array | undefined {
    const log = this.#logs.get(attemptId);
    if (log === undefined || offset < log.start || offset >= log.end) return undefined;
    const parts: Uint8Array[] = [];
    let at = log.start;
    for (const chunk of log.chunks) {
      if (at + chunk.length > offset) parts.push(chunk.subarray(Math.max(0, offset - at)));
      at += chunk.length;
    }
    return Buffer.concat(parts);
  }

  /** How many bytes {@link read} has from an offset on. */
  lengthFrom(attemptId: number, offset: number): number {
    const log = this.#logs.get(attemptId);
    return log === undefined || offset < log.start ? 0 : Math.max(0, log.end - offset);
  }

  /** Forgets a log that nobody follows any more. */
  forget(attemptId: number): void {
    this.#logs.delete(attemptId);
  }
}
