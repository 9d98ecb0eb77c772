import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** So many bytes stay in memory; more go to a file without a name, which is gone with the process at the latest. */
const memoryBytes = 256 * 1024;

/** The whole of what was written, kept until it has been read by whoever takes his time. */
export interface Spool extends AsyncDisposable {
  readonly size: number;
  /** From its beginning; one at a time. */
  read(): Readable;
}

/** More came than may. */
export class SpoolFullError extends Error {
  readonly mostBytes: number;

  constructor(mostBytes: number) {
    super(`more than ${mostBytes} bytes were written`);
    this.name = 'SpoolFullError';
    this.mostBytes = mostBytes;
  }
}

/** Reads a source to its end. Throws a {@link SpoolFullError} at more than `mostBytes`, and what the source fails with. */
export async function spool(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  mostBytes: number,
): Promise<Spool> {
  let chunks: Buffer[] = [];
  let size = 0;
  let file: FileHandle | undefined;
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > mostBytes) throw new SpoolFullError(mostBytes);
      chunks.push(chunk);
      if (file === undefined && size <= memoryBytes) continue;
      file ??= await openNameless();
      // Unlike writev it goes on until all is written.
      await file.writeFile(Buffer.concat(chunks));
      chunks = [];
    }
  } catch (error) {
    await file?.close();
    throw error;
  }
  const kept = file;
  return {
    size,
    read: () =>
      kept === undefined ? Readable.from(chunks) : kept.createReadStream({ start: 0, autoClose: false }),
    [Symbol.asyncDispose]: async () => kept?.close(),
  };
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `flotilla-spool-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
