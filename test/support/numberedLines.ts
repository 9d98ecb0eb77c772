import { createHash } from 'node:crypto';
import { descriptors, type LogRecord } from '@flotilla/shared/logs/frame';
import { bytesOf } from './logs.ts';

/**
 * A Step that writes numbered lines to both descriptors, about a thousand a second, until it is let go; then it leaves
 * in the file `count` how many it wrote. The oracle of runner.md §2.
 */
export const numberedLinesScript = `
  i=0
  while [ ! -e go ]; do
    i=$((i+1)); echo "out $i"; echo "err $i" >&2
    [ $((i % 20)) -ne 0 ] || sleep 0.02
  done
  rm go; echo $i > count`;

/** SHA-256 of what each descriptor got. */
export interface Hashes {
  readonly stdout: string;
  readonly stderr: string;
}

/** The hashes of what a Step wrote that says that it wrote so many lines. */
export function truth(count: number): Hashes {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return {
    stdout: sha256(numbers.map((number) => `out ${number}\n`).join('')),
    stderr: sha256(numbers.map((number) => `err ${number}\n`).join('')),
  };
}

/** The hashes of what a log holds. */
export function hashesOf(records: readonly LogRecord[]): Hashes {
  return {
    stdout: sha256(bytesOf(records, descriptors.stdout)),
    stderr: sha256(bytesOf(records, descriptors.stderr)),
  };
}

/** How many whole lines of a descriptor are there. */
export function linesIn(records: readonly LogRecord[], descriptor: 'stdout' | 'stderr' = 'stdout'): number {
  return bytesOf(records, descriptors[descriptor]).toString().split('\n').length - 1;
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
