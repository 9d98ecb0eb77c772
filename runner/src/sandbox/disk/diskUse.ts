import { run } from '@flotilla/launcher/run';

/** What something takes of a disk. */
export interface DiskUse {
  readonly bytes: number;
  /** Files and folders; they use up inodes, also without content. */
  readonly files: number;
}

/** What a folder takes of the disk, of those files in it that this user may see. */
export async function folderUse(folder: string): Promise<DiskUse> {
  const bytes = await folderBytes(folder);
  return { bytes, files: await firstNumber(['-s', '-x', '--inodes', folder]) };
}

/** Bytes on disk of a folder, of those files in it that this user may see. */
export async function folderBytes(folder: string): Promise<number> {
  return (await firstNumber(['-s', '-x', '-k', folder])) * 1024;
}

/** 0 where there is no such folder. */
async function firstNumber(args: readonly string[]): Promise<number> {
  // du fails for what it could not read, such as a file that was removed meanwhile, and has counted the rest.
  const { output } = await run('du', args);
  const number = Number.parseInt(output, 10);
  return Number.isNaN(number) ? 0 : number;
}

/** Of several at once. */
export function sumOf(uses: readonly DiskUse[]): DiskUse {
  return {
    bytes: uses.reduce((sum, { bytes }) => sum + bytes, 0),
    files: uses.reduce((sum, { files }) => sum + files, 0),
  };
}
