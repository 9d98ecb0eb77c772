import { readFile } from 'node:fs/promises';
import type { Fleet } from './fleet.ts';

/** Resident memory of each program of a fleet at one moment, in MiB; undefined for one that was away. */
export interface MemorySample {
  /** Seconds since the storm began. */
  readonly seconds: number;
  readonly replicas: readonly (number | undefined)[];
  readonly runners: readonly (number | undefined)[];
}

export async function sampleMemory({ replicas, runners }: Fleet, seconds: number): Promise<MemorySample> {
  return {
    seconds,
    replicas: await Promise.all(replicas.map(({ program }) => residentMib(program.pid))),
    runners: await Promise.all(runners.map(({ program }) => residentMib(program.pid))),
  };
}

/** Resident memory of a process in MiB (proc(5)); undefined when it is gone. */
export async function residentMib(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return '';
    throw error;
  });
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
}
