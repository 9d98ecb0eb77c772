/**
 * The log of an Attempt is a sequence of framed binary records. A frame is a header of 16 bytes, little endian
 * (u8 descriptor, u8 flags, u16 step, u32 length of the data, f64 time in Unix milliseconds), and the data.
 * Of the flags the lowest bit says that a Step begins; a reader takes no notice of the others, nor did those before it.
 * Chunks are cut anywhere, also inside a header; text is decoded only where it is shown.
 */
export const frameHeaderBytes = 16;

/** The most data of one record; a writer cuts what is longer. It bounds what a reader of a damaged log waits for. */
export const maxFrameDataBytes = 1024 * 1024;

/** Bytes that are no log, or not read from its beginning. */
export class FrameError extends Error {}

/** File descriptors of a Step, and `notice` for lines that Flotilla itself writes. */
export const descriptors = { notice: 0, stdout: 1, stderr: 2 } as const;
export type Descriptor = (typeof descriptors)[keyof typeof descriptors];

/** The step of a frame that belongs to the Job as a whole, such as the fetch. */
export const noStep = 0xffff;

/** Whose a record is. */
export interface RecordSource {
  /** Index of the Step from 0, or {@link noStep}. */
  readonly step: number;
  readonly descriptor: Descriptor;
  /** Whether it is the notice with which a Step begins. */
  readonly beginsStep?: boolean;
}

export interface LogRecord extends RecordSource {
  /** When the runner read it, in Unix milliseconds. */
  readonly time: number;
  /** Bytes as they were written, after masking. */
  readonly data: Uint8Array;
}

/** The flag of a header. */
const beginsStepFlag = 1;

/** The header of a record with so many bytes of data. Throws a RangeError above {@link maxFrameDataBytes}. */
export function encodeFrameHeader(record: Omit<LogRecord, 'data'>, dataBytes: number): Uint8Array {
  if (dataBytes > maxFrameDataBytes) {
    throw new RangeError(`a log record has ${dataBytes} bytes, ${maxFrameDataBytes} are allowed`);
  }
  const header = new Uint8Array(frameHeaderBytes);
  const view = new DataView(header.buffer);
  view.setUint8(0, record.descriptor);
  view.setUint8(1, record.beginsStep === true ? beginsStepFlag : 0);
  view.setUint16(2, record.step, true);
  view.setUint32(4, dataBytes, true);
  view.setFloat64(8, record.time, true);
  return header;
}

/** The bytes of one record. Throws a RangeError above {@link maxFrameDataBytes}. */
export function encodeFrame(record: LogRecord): Uint8Array {
  return concat(encodeFrameHeader(record, record.data.length), record.data);
}

/** Turns chunks, cut anywhere, back into records. One decoder reads one log from its beginning, in order. */
export class FrameDecoder {
  /** The beginning of a record, in a room for all of it: however small the chunks are, each byte is copied once. */
  #held: Uint8Array = new Uint8Array(0);
  #heldBytes = 0;

  /** The records that are complete with this chunk. Throws a {@link FrameError}. */
  push(chunk: Uint8Array): LogRecord[] {
    if (this.#heldBytes > 0 && this.#heldBytes + chunk.length <= this.#held.length) {
      this.#held.set(chunk, this.#heldBytes);
      this.#heldBytes += chunk.length;
      return this.#heldBytes < this.#held.length ? [] : this.#read(this.#held);
    }
    return this.#read(this.#heldBytes === 0 ? chunk : concat(this.#held.subarray(0, this.#heldBytes), chunk));
  }

  #read(bytes: Uint8Array): LogRecord[] {
    const records: LogRecord[] = [];
    let at = 0;
    let neededBytes = frameHeaderBytes;
    while (bytes.length - at >= frameHeaderBytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, frameHeaderBytes);
      // Before the length is believed: a wrong one would be waited for in silence.
      const descriptor = descriptorOf(view.getUint8(0));
      const frameBytes = frameHeaderBytes + lengthOf(view.getUint32(4, true));
      if (at + frameBytes > bytes.length) {
        neededBytes = frameBytes;
        break;
      }
      const record = {
        descriptor,
        step: view.getUint16(2, true),
        time: view.getFloat64(8, true),
        data: bytes.subarray(at + frameHeaderBytes, at + frameBytes),
      };
      const beginsStep = (view.getUint8(1) & beginsStepFlag) !== 0;
      records.push(beginsStep ? { ...record, beginsStep } : record);
      at += frameBytes;
    }
    const rest = bytes.subarray(at);
    this.#heldBytes = rest.length;
    this.#held = new Uint8Array(rest.length === 0 ? 0 : neededBytes);
    this.#held.set(rest);
    return records;
  }

  /** Bytes of a record that is not complete yet: 0 at the end of every whole log. */
  get pendingBytes(): number {
    return this.#heldBytes;
  }
}

function descriptorOf(value: number): Descriptor {
  if (value === 0 || value === 1 || value === 2) return value;
  throw new FrameError(
    `A log frame names descriptor ${value}; the log is damaged or was read from the wrong offset.`,
  );
}

function lengthOf(value: number): number {
  if (value <= maxFrameDataBytes) return value;
  throw new FrameError(
    `A log frame says that it has ${value} bytes; the log is damaged or was read from the wrong offset.`,
  );
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
