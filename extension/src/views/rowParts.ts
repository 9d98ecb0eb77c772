import { ThemeColor, ThemeIcon } from 'vscode';
import { statuses, type ShownState } from './status.ts';

export function statusIcon(state: ShownState): ThemeIcon {
  const { icon, color } = statuses[state];
  return new ThemeIcon(icon, new ThemeColor(color));
}

/** The word that the `when` clauses of package.json match: `flotilla:job+hasPatch+hasLog`. */
export function contextValue(kind: string, flags: Readonly<Record<string, boolean>>): string {
  const set = Object.entries(flags).flatMap(([flag, isSet]) => (isSet ? [`+${flag}`] : []));
  return `flotilla:${kind}${set.join('')}`;
}
