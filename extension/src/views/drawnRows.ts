import type { TreeItem } from 'vscode';

/**
 * What VS Code was last told of each row, to leave rows alone that would look the same again: while it draws a row it
 * forgets those below, and a click on them in that moment reaches nobody.
 */
export class DrawnRows {
  readonly #looks = new Map<string, Look>();

  /** Remembers a row that was handed out. */
  add(row: TreeItem): void {
    if (row.id !== undefined) this.#looks.set(row.id, lookOf(row));
  }

  /** Forgets a row: VS Code does not show it any more. */
  delete(id: string): void {
    this.#looks.delete(id);
  }

  /** Forgets all rows: VS Code is about to ask for others. */
  clear(): void {
    this.#looks.clear();
  }

  /** Whether VS Code shows a row of this id that looks otherwise. */
  isOutdated(id: string, row: TreeItem): boolean {
    const drawn = this.#looks.get(id);
    if (drawn === undefined) return false;
    const now = lookOf(row);
    return drawn.some((part, at) => part !== now[at]);
  }
}

/** Texts, numbers, and the icons of the table of states: parts that are equal are the same. */
type Look = readonly unknown[];

function lookOf(row: TreeItem): Look {
  const { label, description, iconPath, contextValue, checkboxState, collapsibleState } = row;
  const state = typeof checkboxState === 'object' ? checkboxState.state : checkboxState;
  return [label, description, iconPath, contextValue, state, collapsibleState];
}
