import { describeOutcome } from '@flotilla/shared/lifecycle/describeOutcome';
import { targetNames } from '@flotilla/shared/target/targetNames';
import type { JobView } from '@flotilla/shared/views';
import { printable } from '../system/printable.ts';
import { secondsOf } from './results.ts';

const words: Partial<Record<JobView['state'], string>> = { timedOut: 'timed out' };

/** The sign of an ended Job. */
export function signOf(job: JobView): string {
  if (job.state === 'succeeded') return '✓';
  return job.state === 'cancelled' ? '-' : '✗';
}

/** How a Job ended, with what is worth knowing about it. */
export function resultOf(job: JobView): string {
  if (job.state !== 'succeeded') {
    return job.outcome === null ? job.state : printable(describeOutcome(job.outcome), false);
  }
  if (job.patch === null) return 'nothing changed';
  const { files, addedLines, removedLines } = job.patch;
  return `${files} ${files === 1 ? 'file' : 'files'}, +${addedLines} −${removedLines}`;
}

/** The Jobs as lines of a table, headings first. */
export function summaryTable(jobs: readonly JobView[]): string[] {
  const nameOf = targetNames(jobs);
  const rows = [
    ['REPOSITORY', 'STATE', 'SECONDS', 'RESULT'] as const,
    ...jobs.map(
      (job) =>
        [
          printable(nameOf(job), false),
          words[job.state] ?? job.state,
          secondsOf(job).toFixed(1),
          resultOf(job),
        ] as const,
    ),
  ];
  const width = (column: 0 | 1 | 2) => Math.max(...rows.map((row) => row[column].length));
  return rows.map(([repository, state, seconds, result]) =>
    [repository.padEnd(width(0)), state.padEnd(width(1)), seconds.padStart(width(2)), result].join('  '),
  );
}
