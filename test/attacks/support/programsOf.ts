import { readFileSync } from 'node:fs';
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
    const programs = programsOf(pid);
    mostAtOnce = Math.max(mostAtOnce, programs.length);
    mostBytes = Math.max(
      mostBytes,
      programs.reduce((sum, program) => sum + bytesOf(program), 0),
    );
    if (ended.aborted) return { mostAtOnce, mostBytes };
    await delay(everyMs);
  }
}

/** The programs that a service's or a runner's launcher has started, and that have not ended. */
export function programsOf(pid: number): number[] {
  return childrenOf(pid)
    .filter((child) => read(`/proc/${child}/cmdline`).includes('launcher/src/process.ts'))
    .flatMap(childrenOf);
}

/** Those that its first thread has started: Node starts them from there, and looking at all threads costs the test too much. */
function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** Resident memory of a process and of all below it. */
function bytesOf(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return childrenOf(pid).reduce((sum, child) => sum + bytesOf(child), Number(kib) * 1024);
}

/** A file of the kernel about a process; empty when that has ended. Its content is made when it is read, so nothing waits. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
