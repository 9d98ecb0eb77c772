import { ThemeColor, ThemeIcon } from 'vscode';
import { statuses, type ShownState } from './status.ts';

const icons = new Map<string, ThemeIcon>();

/** An icon, always the same object, so that rows can be compared (see DrawnRows). */
export function themeIcon(icon: string, color?: string): ThemeIcon {
  const key = `${icon} ${color}`;
  const known =
    icons.get(key) ?? new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  icons.set(key, known);
  return known;
}

export function statusIcon(state: ShownState): ThemeIcon {
  const { icon, color } = statuses[state];
  return themeIcon(icon, color);
}

/** The word that the `when` clauses of package.json match: `flotilla:job+hasPatch+hasLog`. */
export function contextValue(kind: string, flags: Readonly<Record<string, boolean>>): string {
  const set = Object.entries(flags).flatMap(([flag, isSet]) => (isSet ? [`+${flag}`] : []));
  return `flotilla:${kind}${set.join('')}`;
}
