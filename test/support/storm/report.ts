import type { MemorySample } from './memory.ts';
import type { Storm } from './storm.ts';

/** How many moments of the memory are shown. */
const shownSamples = 11;

/** A storm as Markdown, for docs/reliability.md and for a terminal. */
export function reportOf({ seed, seconds, struck, ledger, memory }: Storm): string {
  const faults = Object.values(struck).reduce((sum, count) => sum + count, 0);
  const counts = (by: Readonly<Record<string, number>>) =>
    Object.entries(by)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ');
  return [
    `| seed | ${seed} |`,
    '| --- | --- |',
    `| duration | ${(seconds / 60).toFixed(1)} min |`,
    `| faults | ${faults} |`,
    `| Jobs | ${ledger.jobs}: ${counts(ledger.states)} |`,
    `| Attempts | ${ledger.attempts}: ${counts(ledger.attemptStates)} |`,
    `| logs compared with the truth | ${ledger.comparedLogs}, ${ledger.followedLogs} of them also as a client read them |`,
    `| wrong in the ledger | ${ledger.wrong.length === 0 ? 'nothing' : ledger.wrong.length} |`,
    '',
    '| fault | times |',
    '| --- | --- |',
    ...Object.entries(struck)
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([name, times]) => `| ${name} | ${times} |`),
    '',
    '| resident memory in MiB after | replicas | runners |',
    '| --- | --- | --- |',
    ...shown(memory).map(
      (sample) => `| ${sample.seconds} s | ${sizes(sample.replicas)} | ${sizes(sample.runners)} |`,
    ),
    `| most | ${most(memory.flatMap(({ replicas }) => replicas))} | ${most(memory.flatMap(({ runners }) => runners))} |`,
    ...ledger.wrong.map((sentence) => `\nWRONG: ${sentence}`),
  ].join('\n');
}

function shown(memory: readonly MemorySample[]): MemorySample[] {
  const step = Math.max(1, (memory.length - 1) / (shownSamples - 1));
  return memory.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

function sizes(values: readonly (number | undefined)[]): string {
  return values.map((value) => value ?? '–').join(', ');
}

function most(values: readonly (number | undefined)[]): number {
  return Math.max(0, ...values.map((value) => value ?? 0));
}
