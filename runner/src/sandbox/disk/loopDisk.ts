import { mkdir, open, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '@flotilla/launcher/run';
import type { DiskUse } from './diskUse.ts';

/** What a file or a folder takes at least; a disk has one inode for each so many bytes of its limit. */
const bytesPerInode = 4096;
const mebibyte = 1024 ** 2;

/**
 * Makes a file system of its own at a folder, in an image that takes of the disk what is written, so that the kernel
 * limits what that is: files that have no name any more count, sparse ones count with what is in them. Nothing in it is a
 * device, or set-id. Only root may; throws an Error of one sentence.
 */
export async function mountLoopDisk(folder: string, image: string, limitBytes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  {
    await using file = await open(image, 'wx', 0o600);
    // No file may be as large as some limits are; the disk that it is on ends first.
    const { blocks, bsize } = await statfs(folder);
    await file.truncate(imageBytes(Math.min(limitBytes, blocks * bsize)));
  }
  // Nobody needs a journal of what goes away with its Attempt. Blocks are of 4 KiB also where the disk is small.
  const size = ['-b', '4096', '-I', '256', '-i', String(bytesPerInode), '-m', '0'];
  const features = ['-O', '^has_journal,^resize_inode', '-E', 'lazy_itable_init=1,nodiscard'];
  await must('mkfs.ext4', ['-q', '-F', ...size, ...features, image]);
  await must('mount', ['-t', 'ext4', '-o', 'loop,nosuid,nodev,noatime', image, folder]);
  await rmdir(join(folder, 'lost+found'));
}

/**
 * With the tables of inodes, which are a sixteenth, and what ext4 keeps back: a little more than the limit, so that one who
 * is above it is seen to be.
 */
function imageBytes(limitBytes: number): number {
  return Math.ceil((limitBytes * 1.1) / mebibyte + 24) * mebibyte;
}

/** Unmounts what is mounted at a folder, where something is; somebody who still reads there keeps it until they end. */
export async function unmount(folder: string): Promise<void> {
  if (await isMountPoint(folder)) await must('umount', ['--lazy', folder]);
}

/** What is written to the disk of a folder; the kernel knows it without a look at the files. */
export async function mountedUse(folder: string): Promise<DiskUse> {
  const { blocks, bfree, bsize, files, ffree } = await statfs(folder);
  return { bytes: (blocks - bfree) * bsize, files: files - ffree };
}

async function isMountPoint(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).dev !== (await stat(dirname(folder))).dev;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await run(command, args);
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr.trim()}`);
}
