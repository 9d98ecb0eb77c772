import { descriptors, type Descriptor } from '@flotilla/shared/logs/frame';

/** What a container wrote to one of its descriptors. */
export interface Output {
  readonly descriptor: Descriptor;
  /** Only until the next one is asked for: its memory is given back then. */
  readonly data: Buffer;
}

/** The stream ended inside a piece: whoever wrote it has gone. */
export class OutputCutOffError extends Error {
  constructor() {
    super('the output of a container ended inside a piece');
  }
}

const headerBytes = 8;

/**
 * Takes apart the stream of an attached container: a header of 8 bytes (descriptor, three zeros, length as u32 big
 * endian) before each piece. A piece that comes in parts is given on in parts, without a copy. Reads no faster than its
 * consumer, unlike dockerode's demuxStream (dockerode#616).
 */
export async function* demultiplex(stream: AsyncIterable<Buffer>): AsyncGenerator<Output> {
  let header: Buffer = Buffer.alloc(0);
  let descriptor: Descriptor = descriptors.stdout;
  /** Bytes of the present piece that are to come. */
  let left = 0;
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length;) {
      if (left > 0) {
        const data = chunk.subarray(at, at + left);
        at += data.length;
        left -= data.length;
        yield { descriptor, data };
        continue;
      }
      const part = chunk.subarray(at, at + headerBytes - header.length);
      at += part.length;
      header = Buffer.concat([header, part]);
      if (header.length < headerBytes) continue;
      descriptor = header[0] === 2 ? descriptors.stderr : descriptors.stdout;
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
    giveBack(chunk);
  }
  if (left > 0 || header.length > 0) throw new OutputCutOffError();
}

/**
 * Frees the memory of a chunk that has it to itself. The garbage collector sees a small object, and under a burst lets
 * 50 MB of them wait.
 */
function giveBack({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
}
