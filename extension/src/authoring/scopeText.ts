import { describeLeftOut } from '@flotilla/shared/query/leftOutReason';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { targetNames } from '@flotilla/shared/target/targetNames';
import { oneLine } from '@flotilla/shared/text/oneLine';
import type { ScopePreview } from '@flotilla/shared/views';

export interface ScopeHeading {
  readonly actionName: string;
  /** Host and port of the service that was asked. */
  readonly host: string;
  /** Unix milliseconds by this machine's clock. */
  readonly askedAt: number;
}

/** The document that *Preview Scope* opens: what an Execution would touch, and what it leaves out and why. */
export function scopeText(preview: ScopePreview, heading: ScopeHeading): string {
  const nameOf = targetNames([...preview.targets, ...preview.leftOut]);
  const targets = preview.targets.map((target) => [
    oneLine(nameOf(target)),
    `${oneLine(branchOf(target.baseRef))} @ ${target.baseRevision.slice(0, 12)}`,
  ]);
  const leftOut = preview.leftOut.map((repository) => [
    oneLine(nameOf(repository)),
    oneLine(describeLeftOut(repository.reason)),
  ]);
  return [
    `Scope of ${oneLine(heading.actionName)}`,
    '',
    `Query    ${oneLine(preview.query)}`,
    `Service  ${heading.host}, asked ${new Date(heading.askedAt).toLocaleString()}`,
    '',
    `${counted(targets.length, 'repository', 'repositories')} would be changed`,
    ...table(targets),
    '',
    `${counted(leftOut.length, 'repository is', 'repositories are')} left out`,
    ...table(leftOut),
    '',
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const width = Math.min(60, Math.max(0, ...rows.map(([name = '']) => name.length)));
  return rows.map(([name = '', rest = '']) => `  ${name.padEnd(width)}  ${rest}`);
}

function counted(count: number, one: string, many: string): string {
  return `${count === 0 ? 'No' : count} ${count === 1 ? one : many}`;
}
