/**
 * Where bytes go that no longer change: sealed logs and Patches. A key is a path of plain words with slashes. Files now
 * (see fileObjects.ts); S3 has the same few verbs.
 */
export interface ObjectStore {
  /** Stores an object under a key, in place of what is there. When it resolves, the object is whole and durable. */
  put(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Its length in bytes. Throws {@link NoSuchObjectError}. */
  size(key: string): Promise<number>;
  /** Exactly `length` bytes from an offset on. Throws {@link NoSuchObjectError}. */
  read(key: string, offset: number, length: number): Promise<Buffer>;
  /** Removes an object; one that is not there is no error. */
  remove(key: string): Promise<void>;
}

/** There is no object under a key. */
export class NoSuchObjectError extends Error {
  constructor(key: string, cause: unknown) {
    super(`there is no object ${key}`, { cause });
    this.name = 'NoSuchObjectError';
  }
}
