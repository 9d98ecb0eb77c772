import { stripVTControlCharacters } from 'node:util';
import { createHash, type Hash } from 'node:crypto';
import {
  descriptors,
  encodeFrameHeader,
  frameHeaderBytes,
  maxFrameDataBytes,
  noStep,
  type Descriptor,
  type RecordSource,
} from '@flotilla/shared/logs/frame';
import { manyLines, oneLine } from '@flotilla/shared/text/oneLine';
import type { StreamHash } from '@flotilla/shared/protocol/runnerMessages';
import { sizeText } from '../sizeText.ts';
import { steadyClock } from '../steadyClock.ts';
import { lastLineOf } from './lastLine.ts';
import { LogTail } from './logTail.ts';
import { MaskedStream, type Mask } from './mask.ts';

/** A line that is not complete is shown after this long, so that prompts and progress bars are seen (docs/spec/logs.md). */
const partialLineMs = 20;
/** An incomplete line longer than this is not held back. */
const maxHeldBytes = 16 * 1024;
const newline = 0x0a;

/** Of notices about the Job as a whole. */
const ofJob: RecordSource = { step: noStep, descriptor: descriptors.notice };

interface Sink {
  /** Takes pieces, one after the other; resolves when there is room for more, and the pieces may be used again. */
  write(...pieces: readonly Uint8Array[]): Promise<void>;
  /** Why nothing more should be written, although it is still taken. */
  readonly failure?: Error | undefined;
}

interface Written {
  readonly step: number;
  readonly descriptor: Descriptor;
  readonly hash: Hash;
  bytes: number;
}

/** What a step wrote to one descriptor and is not sent yet because its line is not complete. */
interface Held {
  readonly step: number;
  readonly descriptor: Descriptor;
  readonly masked: MaskedStream;
  data: Buffer;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The log of an Attempt: takes the secrets out of what containers write, frames it, sends complete lines at once and
 * incomplete ones after 20 ms, hashes what is stored, and stops storing at the limit, after which only the end is kept.
 */
export class AttemptLog {
  readonly #sink: Sink;
  readonly #limitBytes: number;
  readonly #mask: Mask;
  readonly #held = new Map<string, Held>();
  readonly #written = new Map<string, Written>();
  #storedBytes = 0;
  readonly #tail = new LogTail();
  readonly #now = steadyClock();
  #lastError: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #ending = false;

  /** `storedBytes` is what an earlier process has stored of this log. */
  constructor(sink: Sink, limitBytes: number, mask: Mask, storedBytes = 0) {
    this.#sink = sink;
    this.#limitBytes = limitBytes;
    this.#mask = mask;
    this.#storedBytes = storedBytes;
  }

  get limitReached(): boolean {
    return !this.#tail.isEmpty;
  }

  /**
   * Bytes a step wrote. Resolves when there is room for more, and the bytes may be used again. Throws when the sink has
   * failed.
   */
  async write(step: number, descriptor: Descriptor, data: Buffer): Promise<void> {
    const held = this.#heldOf(step, descriptor);
    await this.#writeMasked(held, held.masked.push(data));
  }

  /** A line of Flotilla's own. What it quotes of others, such as a Step's script of several lines, cannot draw over it. */
  async notice(text: string, step: number = noStep): Promise<void> {
    await this.#store({ step, descriptor: descriptors.notice }, this.#lineOf(text));
  }

  /** The notice with which a Step begins. */
  async beginStep(step: number, text: string): Promise<void> {
    await this.#store({ step, descriptor: descriptors.notice, beginsStep: true }, this.#lineOf(text));
  }

  /** Sends what a step left without a newline at its end. */
  async endStep(step: number): Promise<void> {
    for (const descriptor of [descriptors.stdout, descriptors.stderr]) {
      const held = this.#held.get(`${step}/${descriptor}`);
      if (held !== undefined) await this.#releaseAll(held);
    }
  }

  /** The last line that was written to stderr, at most 500 characters, without control characters. */
  takeLastErrorLine(): string {
    const line = stripVTControlCharacters(this.#lastError.toString());
    this.#lastError = Buffer.alloc(0);
    return oneLine(line.replace(/\p{Cc}/gu, '').trim()).slice(0, 500);
  }

  /**
   * Writes what is held back, a last line of Flotilla's own, and the kept end of a log that reached its limit. What has
   * failed before stops none of it. Nothing may be written afterwards.
   */
  async end(lastLine?: string): Promise<void> {
    this.#ending = true;
    this.#failure = undefined;
    for (const held of this.#held.values()) await this.#releaseAll(held);
    if (lastLine !== undefined) await this.notice(lastLine);
    if (!this.limitReached) return;
    await this.#emit(
      ofJob,
      Buffer.from(`[${this.#tail.omittedBytes} bytes are left out here; the end follows]\n`),
    );
    for (const { source, data } of this.#tail.runs()) await this.#emit(source, data);
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

  #heldOf(step: number, descriptor: Descriptor): Held {
    const key = `${step}/${descriptor}`;
    const found = this.#held.get(key);
    if (found !== undefined) return found;
    const masked = new MaskedStream(this.#mask);
    const held = { step, descriptor, masked, data: Buffer.alloc(0), timer: undefined };
    this.#held.set(key, held);
    return held;
  }

  async #writeMasked(held: Held, data: Buffer): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (held.descriptor === descriptors.stderr) this.#lastError = lastLineOf(this.#lastError, data);
    const before = held.data;
    const complete = before.length + data.length > maxHeldBytes ? data.length : data.lastIndexOf(newline) + 1;
    // A copy in any case: the bytes are used again.
    held.data = Buffer.concat([complete > 0 ? Buffer.alloc(0) : before, data.subarray(complete)]);
    if (held.data.length > 0) {
      held.timer ??= setTimeout(() => {
        held.timer = undefined;
        this.#release(held).catch((error: Error) => (this.#failure = error));
      }, partialLineMs);
    }
    if (complete > 0) await this.#store(held, before, data.subarray(0, complete));
  }

  async #releaseAll(held: Held): Promise<void> {
    await this.#writeMasked(held, held.masked.end());
    clearTimeout(held.timer);
    held.timer = undefined;
    await this.#release(held);
  }

  async #release(held: Held): Promise<void> {
    const { data } = held;
    held.data = Buffer.alloc(0);
    if (data.length > 0) await this.#store(held, data);
  }

  /** A line of Flotilla's own. */
  #lineOf(text: string): Buffer {
    return Buffer.from(`${manyLines(this.#mask.text(text))}\n`);
  }

  async #store(source: RecordSource, ...pieces: readonly Buffer[]): Promise<void> {
    await this.#storeWithinLimit(source, pieces);
    if (this.#sink.failure !== undefined && !this.#ending) throw this.#sink.failure;
  }

  async #storeWithinLimit(source: RecordSource, pieces: readonly Buffer[]): Promise<void> {
    if (this.limitReached) {
      for (const piece of pieces) this.#tail.push(source, piece);
      return;
    }
    const room = Math.max(0, this.#limitBytes - this.#storedBytes - frameHeaderBytes);
    if (lengthOf(pieces) <= room) {
      await this.#emit(source, ...pieces);
      return;
    }
    const data = Buffer.concat(pieces);
    this.#tail.push(source, data.subarray(room));
    if (room > 0) await this.#emit(source, data.subarray(0, room));
    // Of an earlier process: it has said so.
    if (this.#storedBytes > this.#limitBytes) return;
    const text = `[the log has reached its limit of ${sizeText(this.#limitBytes)}; the job goes on, and the end of its output will follow]\n`;
    await this.#emit(ofJob, Buffer.from(text));
  }

  /** One record, or several when it is longer than one may be. */
  async #emit(source: RecordSource, ...pieces: readonly Buffer[]): Promise<void> {
    const length = lengthOf(pieces);
    if (length > maxFrameDataBytes) {
      const data = Buffer.concat(pieces);
      for (let at = 0; at < length; at += maxFrameDataBytes)
        await this.#emit(source, data.subarray(at, at + maxFrameDataBytes));
      return;
    }
    const { step, descriptor, beginsStep = false } = source;
    const key = `${step}/${descriptor}`;
    const written = this.#written.get(key) ?? { step, descriptor, hash: createHash('sha256'), bytes: 0 };
    this.#written.set(key, written);
    for (const piece of pieces) written.hash.update(piece);
    written.bytes += length;
    this.#storedBytes += frameHeaderBytes + length;
    await this.#sink.write(
      encodeFrameHeader({ step, descriptor, beginsStep, time: this.#now() }, length),
      ...pieces,
    );
  }
}

function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
