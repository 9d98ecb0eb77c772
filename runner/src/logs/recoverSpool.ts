import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { FrameDecoder, frameHeaderBytes, type Descriptor } from '@flotilla/shared/logs/frame';

/** What one Step wrote to one descriptor, as far as the spool has it. */
export interface SpooledStream {
  readonly bytes: number;
  readonly sha256: string;
}

/** A spool that another process has left. */
export interface RecoveredSpool {
  /** Length of its whole records; what comes after them was being written. */
  readonly length: number;
  streamOf(step: number, descriptor: Descriptor): SpooledStream;
}

/** Reads a spool through. Throws a FrameError when it is no log. */
export async function recoverSpool(path: string): Promise<RecoveredSpool> {
  const decoder = new FrameDecoder();
  const streams = new Map<string, { bytes: number; readonly hash: Hash }>();
  let length = 0;
  for await (const chunk of createReadStream(path)) {
    for (const { step, descriptor, data } of decoder.push(chunk as Buffer)) {
      const key = `${step}/${descriptor}`;
      const stream = streams.get(key) ?? { bytes: 0, hash: createHash('sha256') };
      streams.set(key, stream);
      stream.hash.update(data);
      stream.bytes += data.length;
      length += frameHeaderBytes + data.length;
    }
  }
  return {
    length,
    streamOf(step, descriptor) {
      const { bytes, hash } = streams.get(`${step}/${descriptor}`) ?? {
        bytes: 0,
        hash: createHash('sha256'),
      };
      return { bytes, sha256: hash.copy().digest('hex') };
    },
  };
}
