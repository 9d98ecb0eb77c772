import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { AttemptError } from '../endings/attemptError.ts';
import { ByteQueue } from './byteQueue.ts';

/**
 * The log of an Attempt on this machine's disk: an append-only file, which outlives the process and takes what the
 * service cannot take now. Bytes are in the file before anybody sends them, so that the service never has what a
 * process after this one does not find. Memory holds only what is being written: a burst fills the page cache, which is
 * the kernel's. There is no sync: what a crash of the whole machine takes is not salvaged.
 */
export class Spool implements AsyncDisposable {
  readonly #path: string;
  /** What is not in the file: begins where the file ends. */
  readonly #unwritten: ByteQueue;
  /** Set when the spool goes on with a file that is there. */
  readonly #resumes: boolean;
  #file: Promise<FileHandle> | undefined;
  #writing: Promise<void> | undefined;
  #failure: AttemptError | undefined;
  /** Called when the file cannot be written any more: what the service gets from then on is in no file. */
  onFailure: () => Promise<void> = async () => undefined;

  /** The file is made with the first bytes. `length` says that there is one, and how much of it counts. */
  constructor(path: string, length?: number) {
    this.#path = path;
    this.#resumes = length !== undefined;
    this.#unwritten = new ByteQueue(length);
  }

  /** Bytes that can be read. */
  get length(): number {
    return this.#failure === undefined ? this.#unwritten.start : this.#unwritten.end;
  }

  /** Why the file can be written no more. What is appended all the same is kept in memory. */
  get failure(): AttemptError | undefined {
    return this.#failure;
  }

  /**
   * Appends pieces, one after the other. Resolves when they can be read; until then they must not change. Does not
   * reject: see {@link failure}.
   */
  async append(...pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces)
      this.#unwritten.push(this.#failure === undefined ? piece : Buffer.from(piece));
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  /** Fills a buffer from an offset on, as far as there are bytes; returns how many. */
  async read(offset: number, into: Uint8Array): Promise<number> {
    if (offset >= this.#unwritten.start)
      return this.#failure === undefined ? 0 : this.#unwritten.read(offset, into);
    const wanted = Math.min(into.length, this.#unwritten.start - offset);
    const { bytesRead } = await (await this.#open()).read(into, 0, wanted, offset);
    if (bytesRead === 0) throw new Error(`the file of a log ends before ${offset}`);
    return bytesRead;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    // One that could not be opened has been said.
    await this.#file?.then(
      (file) => file.close(),
      () => undefined,
    );
    this.#file = undefined;
  }

  #open(): Promise<FileHandle> {
    this.#file ??= mkdir(dirname(this.#path), { recursive: true }).then(() =>
      open(this.#path, this.#resumes ? 'r+' : 'w+', 0o600),
    );
    return this.#file;
  }

  /** Writes what there is, and what comes meanwhile. */
  async #write(): Promise<void> {
    const unwritten = this.#unwritten;
    try {
      while (this.#failure === undefined && unwritten.start < unwritten.end) {
        const file = await this.#open();
        const { bytesWritten } = await file.writev(unwritten.parts, unwritten.start);
        unwritten.dropUntil(unwritten.start + bytesWritten);
      }
    } catch (error) {
      unwritten.copy();
      this.#failure = new AttemptError(
        'log',
        `The log could not be written to ${this.#path} on the runner's machine: ${reasonOf(error)}.`,
        { cause: error },
      );
      await this.onFailure();
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC'
    ? 'its disk is full; make room there'
    : messageOf(error);
}
