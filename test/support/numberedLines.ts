import { createHash } from 'node:crypto';
import { descriptors, type LogRecord } from '@flotilla/shared/logs/frame';
import { bytesOf } from './logs.ts';

/**
 * A Step that writes numbered lines to both descriptors, about a thousand a second, until it is let go; then it leaves
 * in the file `count` how many it wrote. The oracle of docs/reliability.md.
 */
export const numberedLinesScript = `
  i=0
  while [ ! -e go ]; do
    i=$((i+1)); echo "out $i"; echo "err $i" >&2
    [ $((i % 20)) -ne 0 ] || sleep 0.02
  done
  rm go; echo $i > count`;

/**
 * The same, but one that is told to stop writes 500 lines more at once and says how many it wrote: `stopped after N`. A
 * log that has that line, and all before it, has lost nothing.
 */
export const stoppableLinesScript = `
  trap 'stop=1' TERM
  i=0
  line() { i=$((i+1)); echo "out $i"; echo "err $i" >&2; }
  while [ ! -e go ] && [ -z "$stop" ]; do
    line
    [ $((i % 20)) -ne 0 ] || sleep 0.02
  done
  if [ -n "$stop" ]; then
    end=$((i+500)); while [ $i -lt $end ]; do line; done
    echo "stopped after $i"; exit 0
  fi
  rm go; echo $i > count`;

/** How many lines a Step wrote that was told to stop, as the end of its log says. Throws when that has not its end. */
export function stoppedAfter(records: readonly LogRecord[]): number {
  const match = /\nstopped after (\d+)\n$/.exec(bytesOf(records, descriptors.stdout).toString());
  if (match === null) throw new Error('the log does not have the last line that the Step wrote');
  return Number(match[1]);
}

/** The hashes of all that such a Step wrote. */
export function truthOfStopped(count: number): Hashes {
  return { ...truth(count), stdout: sha256(`${lines('out', count)}stopped after ${count}\n`) };
}

/** SHA-256 of what each descriptor got. */
export interface Hashes {
  readonly stdout: string;
  readonly stderr: string;
}

/** The hashes of what a Step wrote that says that it wrote so many lines. */
export function truth(count: number): Hashes {
  return { stdout: sha256(lines('out', count)), stderr: sha256(lines('err', count)) };
}

function lines(word: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${word} ${index + 1}\n`).join('');
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
