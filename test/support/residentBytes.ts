import { readFile, writeFile } from 'node:fs/promises';

/** A process's memory, as the kernel sees it, in bytes: what it has now, or the most it had since {@link forgetPeak}. */
export async function residentBytes(pid: number, of: 'now' | 'peak'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kib] = new RegExp(`^${of === 'now' ? 'VmRSS' : 'VmHWM'}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  if (kib === undefined) throw new Error(`the kernel says nothing of the memory of process ${pid}`);
  return Number(kib) * 1024;
}

/** From here on the kernel notes anew what the most was. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}
