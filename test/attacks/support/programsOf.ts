import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Between two looks, in milliseconds. */
const everyMs = 15;

/** What the programs that a process starts were seen to take. */
export interface ProgramsSeen {
  /** How many ran at once, at most; those that they start themselves are not counted. */
  readonly mostAtOnce: number;
  /** The most resident memory that they, with what they start, had together, in bytes. */
  readonly mostBytes: number;
}

/** Watches what a service's or a runner's launcher starts, until it is asked what was seen. */
export function watchPrograms(pid: number): { seen(): Promise<ProgramsSeen> } {
  const ending = new AbortController();
  const watching = watch(pid, ending.signal);
  return {
    seen() {
      ending.abort();
      return watching;
    },
  };
}

async function watch(pid: number, ended: AbortSignal): Promise<ProgramsSeen> {
  let mostAtOnce = 0;
  let mostBytes = 0;
  for (;;) {
    const programs = await programsOf(pid);
    mostAtOnce = Math.max(mostAtOnce, programs.length);
    const sizes = await Promise.all(programs.map(bytesOf));
    mostBytes = Math.max(
      mostBytes,
      sizes.reduce((sum, bytes) => sum + bytes, 0),
    );
    if (ended.aborted) return { mostAtOnce, mostBytes };
    await delay(everyMs);
  }
}

/** The programs that a service's or a runner's launcher has started, and that have not ended. */
export async function programsOf(pid: number): Promise<number[]> {
  return (await Promise.all((await launchersOf(pid)).map(childrenOf))).flat();
}

async function launchersOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  const commands = await Promise.all(children.map((child) => read(`/proc/${child}/cmdline`)));
  return children.filter((_, index) => commands[index]?.includes('launcher/src/process.ts'));
}

async function childrenOf(pid: number): Promise<number[]> {
  let threads: string[];
  try {
    threads = await readdir(`/proc/${pid}/task`);
  } catch {
    // It has ended.
    return [];
  }
  const lists = await Promise.all(threads.map((thread) => read(`/proc/${pid}/task/${thread}/children`)));
  return lists.join(' ').split(' ').filter(Boolean).map(Number);
}

/** Resident memory of a process and of all below it. */
async function bytesOf(pid: number): Promise<number> {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(await read(`/proc/${pid}/status`)) ?? [];
  const below = await Promise.all((await childrenOf(pid)).map(bytesOf));
  return below.reduce((sum, bytes) => sum + bytes, Number(kib) * 1024);
}

/** A file of the kernel about a process; empty when that has ended. */
async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
