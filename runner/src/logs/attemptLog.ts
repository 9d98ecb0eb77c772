import { stripVTControlCharacters } from 'node:util';
import { createHash, type Hash } from 'node:crypto';
import {
  descriptors,
  encodeFrame,
  frameHeaderBytes,
  maxFrameDataBytes,
  noStep,
  type Descriptor,
} from '@flotilla/shared/logs/frame';
import type { StreamHash } from '@flotilla/shared/protocol/runnerMessages';
import { sizeText } from '../sizeText.ts';
import { lastLineOf } from './lastLine.ts';

/** A line that is not complete is shown after this long, so that prompts and progress bars are seen (design §8). */
const partialLineMs = 20;
/** An incomplete line longer than this is not held back. */
const maxHeldBytes = 16 * 1024;
/** Of what comes after the limit the end is kept, because errors come last (design §8). */
const tailBytes = 256 * 1024;
const newline = 0x0a;

interface Sink {
  write(data: Uint8Array): Promise<void>;
}

interface Written {
  readonly step: number;
  readonly descriptor: Descriptor;
  readonly hash: Hash;
  bytes: number;
}

/** What a step wrote to one descriptor and is not sent yet because its line is not complete. */
interface Held {
  data: Buffer;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The log of an Attempt: frames what containers write, sends complete lines at once and incomplete ones after 20 ms,
 * hashes what is stored, and stops storing at the limit, after which only the end is kept.
 */
export class AttemptLog {
  readonly #sink: Sink;
  readonly #limitBytes: number;
  readonly #held = new Map<string, Held>();
  readonly #written = new Map<string, Written>();
  #storedBytes = 0;
  #droppedBytes = 0;
  #tail: { step: number; descriptor: Descriptor; data: Buffer }[] = [];
  #tailBytes = 0;
  #lastError: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;

  constructor(sink: Sink, limitBytes: number) {
    this.#sink = sink;
    this.#limitBytes = limitBytes;
  }

  get limitReached(): boolean {
    return this.#droppedBytes > 0;
  }

  /** Bytes a step wrote. Resolves when there is room for more. */
  async write(step: number, descriptor: Descriptor, data: Buffer): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (descriptor === descriptors.stderr) this.#lastError = lastLineOf(this.#lastError, data);
    const key = `${step}/${descriptor}`;
    const held = this.#held.get(key) ?? { data: Buffer.alloc(0), timer: undefined };
    this.#held.set(key, held);
    const all = held.data.length === 0 ? data : Buffer.concat([held.data, data]);
    const complete = all.length > maxHeldBytes ? all.length : all.lastIndexOf(newline) + 1;
    held.data = all.subarray(complete);
    if (held.data.length > 0) {
      held.timer ??= setTimeout(() => {
        held.timer = undefined;
        this.#release(step, descriptor, held).catch((error: Error) => (this.#failure = error));
      }, partialLineMs);
    }
    if (complete > 0) await this.#store(step, descriptor, all.subarray(0, complete));
  }

  /** A line of Flotilla's own. */
  async notice(text: string, step: number = noStep): Promise<void> {
    await this.#store(step, descriptors.notice, Buffer.from(`${text}\n`));
  }

  /** Sends what a step left without a newline at its end. */
  async endStep(step: number): Promise<void> {
    for (const descriptor of [descriptors.stdout, descriptors.stderr]) {
      const held = this.#held.get(`${step}/${descriptor}`);
      if (held === undefined) continue;
      clearTimeout(held.timer);
      held.timer = undefined;
      await this.#release(step, descriptor, held);
    }
  }

  /** The last line that was written to stderr, at most 500 characters, without control characters. */
  takeLastErrorLine(): string {
    const line = stripVTControlCharacters(this.#lastError.toString());
    this.#lastError = Buffer.alloc(0);
    return line
      .replace(/\p{Cc}/gu, '')
      .trim()
      .slice(0, 500);
  }

  /** Writes the kept end of a log that reached its limit. Nothing may be written afterwards. */
  async end(): Promise<void> {
    for (const held of this.#held.values()) clearTimeout(held.timer);
    if (!this.limitReached) return;
    const kept = this.#tail;
    this.#tail = [];
    const omitted = this.#droppedBytes - this.#tailBytes;
    await this.#emit(
      noStep,
      descriptors.notice,
      Buffer.from(`[${omitted} bytes are left out here; the end follows]\n`),
    );
    for (const { step, descriptor, data } of kept) await this.#emit(step, descriptor, data);
  }

  /** Length and hash of what was stored, for each step and descriptor. */
  streamHashes(): StreamHash[] {
    return [...this.#written.values()].map(({ step, descriptor, hash, bytes }) => ({
      step,
      descriptor,
      bytes,
      sha256: hash.copy().digest('hex'),
    }));
  }

  async #release(step: number, descriptor: Descriptor, held: Held): Promise<void> {
    const { data } = held;
    held.data = Buffer.alloc(0);
    if (data.length > 0) await this.#store(step, descriptor, data);
  }

  async #store(step: number, descriptor: Descriptor, data: Buffer): Promise<void> {
    const room = this.#limitBytes - this.#storedBytes - frameHeaderBytes;
    if (this.#droppedBytes === 0 && data.length <= room) {
      await this.#emit(step, descriptor, data);
      return;
    }
    if (this.#droppedBytes === 0) {
      const cut = Math.max(0, room);
      this.#keepInTail(step, descriptor, data.subarray(cut));
      if (cut > 0) await this.#emit(step, descriptor, data.subarray(0, cut));
      const text = `[the log has reached its limit of ${sizeText(this.#limitBytes)}; the job goes on, and the end of its output will follow]\n`;
      await this.#emit(noStep, descriptors.notice, Buffer.from(text));
      return;
    }
    this.#keepInTail(step, descriptor, data);
  }

  #keepInTail(step: number, descriptor: Descriptor, data: Buffer): void {
    this.#droppedBytes += data.length;
    const part = Buffer.from(data.subarray(Math.max(0, data.length - tailBytes)));
    this.#tail.push({ step, descriptor, data: part });
    this.#tailBytes += part.length;
    for (
      let first = this.#tail[0];
      first !== undefined && this.#tailBytes > tailBytes;
      first = this.#tail[0]
    ) {
      const excess = Math.min(first.data.length, this.#tailBytes - tailBytes);
      this.#tailBytes -= excess;
      if (excess === first.data.length) this.#tail.shift();
      else first.data = first.data.subarray(excess);
    }
  }

  async #emit(step: number, descriptor: Descriptor, data: Buffer): Promise<void> {
    const key = `${step}/${descriptor}`;
    const written = this.#written.get(key) ?? { step, descriptor, hash: createHash('sha256'), bytes: 0 };
    this.#written.set(key, written);
    written.hash.update(data);
    written.bytes += data.length;
    for (let at = 0; at < data.length; at += maxFrameDataBytes) {
      const part = data.subarray(at, at + maxFrameDataBytes);
      this.#storedBytes += frameHeaderBytes + part.length;
      await this.#sink.write(encodeFrame({ step, descriptor, time: Date.now(), data: part }));
    }
  }
}
