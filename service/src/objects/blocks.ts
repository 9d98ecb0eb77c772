/**
 * Compressed streams that can be read from any offset. An object is a row of zstd frames, one for each 256 KiB of the
 * stream (the last one may be shorter), then the compressed length of each as a 32-bit number, then a tail of
 * {@link tailBytes}: magic, block size, number of blocks, length and SHA-256 of the stream. Numbers are little-endian.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { ObjectStore } from './objectStore.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

const magic = 'FLOTBLK1';
const tailBytes = 56;
/** A reader decompresses whole blocks; larger ones compress little better. */
const blockBytes = 256 * 1024;

/** Length and hash of a stream, filled while it is compressed. */
export interface StreamSummary {
  length: number;
  sha256: string;
}

/** Compresses a stream into the format; `summary` is right when it has ended. */
export async function* toBlocks(
  stream: AsyncIterable<Uint8Array>,
  summary: StreamSummary,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  const lengths: number[] = [];
  let length = 0;
  for await (const block of inBlocks(stream)) {
    hash.update(block);
    length += block.length;
    const packed = await compress(block);
    lengths.push(packed.length);
    yield packed;
  }
  const digest = hash.digest();
  const end = Buffer.alloc(lengths.length * 4 + tailBytes);
  lengths.forEach((packed, index) => end.writeUInt32LE(packed, index * 4));
  const tail = end.subarray(lengths.length * 4);
  tail.write(magic, 0, 'latin1');
  tail.writeUInt32LE(blockBytes, 8);
  tail.writeUInt32LE(lengths.length, 12);
  tail.writeBigUInt64LE(BigInt(length), 16);
  digest.copy(tail, 24);
  yield end;
  summary.length = length;
  summary.sha256 = digest.toString('hex');
}

async function* inBlocks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    for (let from = 0; from < chunk.length;) {
      const part = chunk.subarray(from, from + blockBytes - size);
      parts.push(part);
      size += part.length;
      from += part.length;
      if (size < blockBytes) continue;
      yield Buffer.concat(parts);
      parts = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(parts);
}

/** A stream as its object describes it. */
export interface BlockStream extends Readonly<StreamSummary> {
  /** At most `limit` bytes from an offset on; reads only the blocks that hold them. */
  read(offset: number, limit: number): Promise<Buffer>;
}

/** Opens an object of the format. Throws an Error when it is none. */
export async function openBlocks(objects: ObjectStore, key: string): Promise<BlockStream> {
  const size = await objects.size(key);
  if (size < tailBytes) throw new Error(`the object ${key} is too short to hold a stream`);
  const tail = await objects.read(key, size - tailBytes, tailBytes);
  if (tail.toString('latin1', 0, 8) !== magic) throw new Error(`the object ${key} holds no stream`);
  const bytes = tail.readUInt32LE(8);
  const count = tail.readUInt32LE(12);
  const length = Number(tail.readBigUInt64LE(16));
  const index = await objects.read(key, size - tailBytes - count * 4, count * 4);
  /** Where each block begins in the object, and where the last one ends. */
  const starts = [0];
  for (let block = 0; block < count; block++)
    starts.push((starts[block] ?? 0) + index.readUInt32LE(block * 4));
  return {
    length,
    sha256: tail.toString('hex', 24, 56),
    async read(offset, limit) {
      const until = Math.min(length, offset + limit);
      if (offset >= until) return Buffer.alloc(0);
      const first = Math.floor(offset / bytes);
      const behind = Math.ceil(until / bytes);
      const from = starts[first] ?? 0;
      const packed = await objects.read(key, from, (starts[behind] ?? 0) - from);
      const blocks: Buffer[] = [];
      for (let block = first; block < behind; block++) {
        blocks.push(
          await decompress(packed.subarray((starts[block] ?? 0) - from, (starts[block + 1] ?? 0) - from)),
        );
      }
      // One block is what most reads want: it is not copied.
      const [only] = blocks;
      const data = only !== undefined && blocks.length === 1 ? only : Buffer.concat(blocks);
      return data.subarray(offset - first * bytes, until - first * bytes);
    },
  };
}
