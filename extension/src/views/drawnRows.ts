import type { TreeItem } from 'vscode';

/**
 * What VS Code was last told of each row, to leave rows alone that would look the same again: while it draws a row it
 * forgets those below, and a click on them in that moment reaches nobody.
 */
export class DrawnRows {
  readonly #looks = new Map<string, string>();

  /** Remembers a row that was handed out. */
  add(row: TreeItem): void {
    if (row.id !== undefined) this.#looks.set(row.id, lookOf(row));
  }

  /** Forgets all rows: VS Code is about to ask for others. */
  clear(): void {
    this.#looks.clear();
  }

  /** Whether VS Code shows a row of this id that looks otherwise. */
  isOutdated(id: string, row: TreeItem): boolean {
    const drawn = this.#looks.get(id);
    return drawn !== undefined && drawn !== lookOf(row);
  }
}

/** Labels, descriptions and icons here are plain: text and theme icons. */
function lookOf({
  label,
  description,
  iconPath,
  contextValue,
  checkboxState,
  collapsibleState,
}: TreeItem): string {
  return JSON.stringify([label, description, iconPath, contextValue, checkboxState, collapsibleState]);
}
