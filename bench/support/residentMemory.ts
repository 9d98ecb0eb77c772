import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

const everyMs = 100;

/** Resident memory of a process, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  }
  const { stdout } = await execa('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout.trim()) * 1024;
}

/** How far the resident memory of a process goes above what it was at the beginning. */
export interface MemoryWatch extends Disposable {
  /** In bytes, so far. */
  growth(): number;
}

/** Looks at a process again and again, until disposed. */
export async function watchMemory(pid: number): Promise<MemoryWatch> {
  const before = await residentBytes(pid);
  let most = before;
  const timer = setInterval(() => {
    residentBytes(pid).then(
      (bytes) => (most = Math.max(most, bytes)),
      // Whoever ended the process knows.
      () => clearInterval(timer),
    );
  }, everyMs);
  return { growth: () => most - before, [Symbol.dispose]: () => clearInterval(timer) };
}
