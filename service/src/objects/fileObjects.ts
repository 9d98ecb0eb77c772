import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NoSuchObjectError, type ObjectStore } from './objectStore.ts';

/** Objects as files of a folder that replicas may share. */
export function fileObjects(folder: string): ObjectStore {
  const pathOf = (key: string) => join(folder, key);
  return {
    /** Written beside its place, made durable, then renamed: whoever reads, or a crash, finds all of it or nothing. */
    async put(key, content) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      const making = `${path}.${randomUUID()}.new`;
      try {
        await using file = await open(making, 'wx');
        for await (const part of content) await writeAll(file, part);
        await file.sync();
        await rename(making, path);
      } finally {
        await rm(making, { force: true });
      }
      await using directory = await open(dirname(path), 'r');
      await directory.sync();
    },
    async size(key) {
      return (await found(key, () => stat(pathOf(key)))).size;
    },
    async read(key, offset, length) {
      await using file = await found(key, () => open(pathOf(key), 'r'));
      const data = Buffer.alloc(length);
      for (let filled = 0; filled < length;) {
        const { bytesRead } = await file.read(data, filled, length - filled, offset + filled);
        if (bytesRead === 0) throw new Error(`the object ${key} ends before offset ${offset + length}`);
        filled += bytesRead;
      }
      return data;
    },
    remove: (key) => rm(pathOf(key), { force: true }),
  };
}

async function writeAll(file: FileHandle, data: Uint8Array): Promise<void> {
  for (let written = 0; written < data.length;) {
    written += (await file.write(data, written, data.length - written)).bytesWritten;
  }
}

async function found<T>(key: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new NoSuchObjectError(key, error);
    throw error;
  }
}
