import { descriptors, type Descriptor } from '@flotilla/shared/logs/frame';

/** What a container wrote to one of its descriptors. */
export interface Output {
  readonly descriptor: Descriptor;
  readonly data: Buffer;
}

const headerBytes = 8;

/**
 * Takes apart the stream of an attached container: a header of 8 bytes (descriptor, three zeros, length as u32 big
 * endian) before each piece. Reads no faster than its consumer, unlike dockerode's demuxStream (dockerode#616).
 */
export async function* demultiplex(stream: AsyncIterable<Buffer>): AsyncGenerator<Output> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= headerBytes) {
      const end = at + headerBytes + rest.readUInt32BE(at + 4);
      if (end > rest.length) break;
      const descriptor = rest[at] === 2 ? descriptors.stderr : descriptors.stdout;
      yield { descriptor, data: rest.subarray(at + headerBytes, end) };
      at = end;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new Error('the output of a container ended inside a piece');
}
