import { describeLeftOut } from '@flotilla/shared/query/leftOutReason';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { targetNames } from '@flotilla/shared/target/targetNames';
import type { ScopePreview } from '@flotilla/shared/views';
import { printable } from '../system/printable.ts';

/** So many of each kind are listed; more are counted. */
const shown = 15;

/** What a scope touches and what it leaves out, as lines. */
export function scopeLines({ query, targets, leftOut }: ScopePreview): string[] {
  const nameOf = targetNames([...targets, ...leftOut]);
  return [
    `${count(targets.length, 'repository', 'repositories')} in scope of "${oneLine(query)}"`,
    ...columns(
      targets.map((target) => [
        nameOf(target),
        `${branchOf(target.baseRef)} at ${target.baseRevision.slice(0, 10)}`,
      ]),
    ),
    ...(leftOut.length === 0
      ? []
      : [
          `${count(leftOut.length, 'repository', 'repositories')} left out`,
          ...columns(
            leftOut.map((repository) => [nameOf(repository), describeLeftOut(repository.reason)] as const),
          ),
        ]),
  ];
}

/** A number with its noun. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function columns(rows: readonly (readonly [name: string, fact: string])[]): string[] {
  const listed = rows.slice(0, shown).map(([name, fact]) => [oneLine(name), oneLine(fact)] as const);
  const width = Math.max(0, ...listed.map(([name]) => name.length));
  const lines = listed.map(([name, fact]) => `  ${name.padEnd(width)}  ${fact}`);
  if (rows.length > shown) lines.push(`  and ${rows.length - shown} more`);
  return lines;
}

function oneLine(text: string): string {
  return printable(text.replace(/[\r\n]+/g, ' '), false);
}
