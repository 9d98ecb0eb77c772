import { readFileSync } from 'node:fs';

/**
 * How long the first thread of a process, which is Node's event loop, has waited in all for a processor that others had, in
 * milliseconds: what a busy machine takes, and not what the process does itself. 0 once it has ended, and where the kernel
 * does not count it.
 */
export function processorWaitMs(pid: number | 'self'): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / 1e6;
  } catch {
    return 0;
  }
}
