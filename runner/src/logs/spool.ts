import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { AttemptError } from '../jobs/attemptError.ts';
import { ByteQueue } from './byteQueue.ts';

/** Of what is not acknowledged yet so much stays in memory; what is older is read back from the file. */
const maxRecentBytes = 1024 * 1024;

/**
 * The log of an Attempt on this machine's disk: an append-only file, which outlives the process and takes what the
 * service cannot take now. Bytes are in the file before anybody sends them, so that the service never has what a
 * process after this one does not find. There is no sync: what a crash of the whole machine takes is not salvaged.
 */
export class Spool implements AsyncDisposable {
  readonly #path: string;
  readonly #recent: ByteQueue;
  /** Set when the spool goes on with a file that is there. */
  readonly #resumes: boolean;
  #file: Promise<FileHandle> | undefined;
  #fileEnd: number;
  #pending: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #failure: AttemptError | undefined;
  /** Called when the file cannot be written any more: what the service gets from then on is in no file. */
  onFailure: () => Promise<void> = async () => undefined;

  /** The file is made with the first bytes. `length` says that there is one, and how much of it counts. */
  constructor(path: string, length?: number) {
    this.#path = path;
    this.#resumes = length !== undefined;
    this.#fileEnd = length ?? 0;
    this.#recent = new ByteQueue(this.#fileEnd);
  }

  /** Bytes that were appended. */
  get length(): number {
    return this.#recent.end;
  }

  /** Why the file can be written no more. What is appended all the same is kept in memory. */
  get failure(): AttemptError | undefined {
    return this.#failure;
  }

  /** Resolves when the bytes can be read. Does not reject: see {@link failure}. */
  async append(data: Uint8Array): Promise<void> {
    this.#pending.push(data);
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  /** At most so many bytes from an offset on; empty at the end. */
  async read(offset: number, most: number): Promise<Uint8Array> {
    if (offset >= this.#recent.start) return this.#recent.slice(offset, most);
    const wanted = Math.min(most, this.#recent.start - offset);
    const buffer = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await (await this.#open()).read(buffer, 0, wanted, offset);
    if (bytesRead === 0) throw new Error(`the file of a log ends before ${offset}`);
    return buffer.subarray(0, bytesRead);
  }

  /** What is before an offset is not read again, or at least seldom. */
  release(offset: number): void {
    this.#recent.dropUntil(Math.min(offset, this.#fileEnd));
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

  /** Writes what is pending, and what comes meanwhile, one batch after another. */
  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const [first, ...others] = this.#pending;
      const batch = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#pending);
      this.#pending = [];
      if (this.#failure === undefined) await this.#writeToFile(batch);
      this.#recent.push(batch);
      this.release(this.#recent.end - maxRecentBytes);
    }
  }

  async #writeToFile(batch: Uint8Array): Promise<void> {
    try {
      const file = await this.#open();
      for (let at = 0; at < batch.length;) {
        const { bytesWritten } = await file.write(batch, at, batch.length - at, this.#fileEnd + at);
        at += bytesWritten;
      }
      this.#fileEnd += batch.length;
    } catch (error) {
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
