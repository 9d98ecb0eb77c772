import { createHash, type Hash } from 'node:crypto';
import { FrameDecoder, FrameError } from '@flotilla/shared/logs/frame';
import type { StreamHash } from '@flotilla/shared/protocol/runnerMessages';
import { messageOf } from '@flotilla/shared/errors';
import type { Sql } from '../db/database.ts';
import { StreamGapError } from './queries/readChunks.ts';
import { readStream } from './readStream.ts';

interface StoredStream {
  readonly place: string;
  readonly hash: Hash;
  bytes: number;
}

/**
 * What is wrong with a stored log; null when nothing is. A lost Attempt has no hashes: what it stored is its log.
 * Bytes that cannot be read as a log are damage like any other, so that one damaged log holds up no other.
 */
export async function findDamage(
  sql: Sql,
  attemptId: number,
  expected: readonly StreamHash[] | null,
): Promise<string | null> {
  if (expected === null) return null;
  let stored: Map<string, StoredStream>;
  try {
    stored = await readStored(sql, attemptId);
  } catch (error) {
    if (error instanceof FrameError || error instanceof StreamGapError) return messageOf(error);
    throw error;
  }
  for (const { step, descriptor, bytes, sha256 } of expected) {
    const key = `${step}/${descriptor}`;
    const stream = stored.get(key);
    stored.delete(key);
    const storedBytes = stream?.bytes ?? 0;
    const place = placeOf(step, descriptor);
    if (storedBytes !== bytes) return `${place}: ${storedBytes} bytes stored, ${bytes} written`;
    if (stream !== undefined && stream.hash.digest('hex') !== sha256) return `${place}: the bytes differ`;
  }
  for (const { place, bytes } of stored.values()) return `${place}: ${bytes} bytes stored, none written`;
  return null;
}

/** Length and hash of every step and descriptor as stored. */
async function readStored(sql: Sql, attemptId: number): Promise<Map<string, StoredStream>> {
  const stored = new Map<string, StoredStream>();
  const decoder = new FrameDecoder();
  for await (const chunk of readStream(sql, attemptId, 'log')) {
    for (const { step, descriptor, data } of decoder.push(chunk)) {
      const key = `${step}/${descriptor}`;
      const stream = stored.get(key) ?? {
        place: placeOf(step, descriptor),
        hash: createHash('sha256'),
        bytes: 0,
      };
      stream.hash.update(data);
      stream.bytes += data.length;
      stored.set(key, stream);
    }
  }
  if (decoder.pendingBytes > 0) throw new FrameError('the log ends inside a record');
  return stored;
}

function placeOf(step: number, descriptor: number): string {
  return `step ${step}, descriptor ${descriptor}`;
}
