import { FrameDecoder, descriptors, type Descriptor, type LogRecord } from '@flotilla/shared/logs/frame';
import type { ServiceClient } from '../../scripts/launch/serviceClient.ts';

/** Bytes of one read. */
const readBytes = 1024 * 1024;

/** The stored log of an Attempt that was told to the end. Throws when it ends inside a record. */
export async function readLog(client: Pick<ServiceClient, 'api'>, attemptId: number): Promise<LogRecord[]> {
  const { records, pendingBytes } = await readStored(client, attemptId);
  if (pendingBytes > 0) throw new Error(`the log of Attempt ${attemptId} ends inside a record`);
  return records;
}

/** The whole records of a log that grows, or of a lost Attempt: an append may end inside a record. */
export async function readLogSoFar(
  client: Pick<ServiceClient, 'api'>,
  attemptId: number,
): Promise<LogRecord[]> {
  return (await readStored(client, attemptId)).records;
}

async function readStored(
  { api }: Pick<ServiceClient, 'api'>,
  attemptId: number,
): Promise<{ records: LogRecord[]; pendingBytes: number }> {
  const decoder = new FrameDecoder();
  const records: LogRecord[] = [];
  for (let offset = 0; ;) {
    const part = await api.logs.read.query({ attemptId, offset, limit: readBytes });
    const data = Buffer.from(part.data, 'base64');
    if (data.length === 0) return { records, pendingBytes: decoder.pendingBytes };
    records.push(...decoder.push(data));
    offset += data.length;
  }
}

/** The bytes that a Step wrote to a descriptor. */
export function bytesOf(records: readonly LogRecord[], descriptor: Descriptor, step = 0): Buffer {
  return Buffer.concat(
    records
      .filter((record) => record.descriptor === descriptor && record.step === step)
      .map(({ data }) => data),
  );
}

/** What a Step wrote to stdout, as text. */
export function stdoutOf(records: readonly LogRecord[], step = 0): string {
  return bytesOf(records, descriptors.stdout, step).toString();
}

/** The lines that Flotilla itself wrote, of the Job and of all its Steps. */
export function noticesOf(records: readonly LogRecord[]): string {
  return Buffer.concat(
    records.filter(({ descriptor }) => descriptor === descriptors.notice).map(({ data }) => data),
  ).toString();
}
