import type { TreeItem } from 'vscode';

/** Rows that are made in one task: some ten milliseconds. */
const rowsAtOnce = 500;

/**
 * Rows that are made before VS Code asks for them. It asks for all below one in one task of the extension host, which is
 * every extension's.
 */
export class PreparedRows {
  readonly #rows = new Map<string, TreeItem>();

  /** Makes rows a few at a time. Of few nothing has to be made before. */
  async prepare<N>(
    nodes: readonly N[],
    idOf: (node: N) => string,
    draw: (node: N) => TreeItem,
  ): Promise<void> {
    this.#rows.clear();
    if (nodes.length <= rowsAtOnce) return;
    for (let from = 0; from < nodes.length; from += rowsAtOnce) {
      for (const node of nodes.slice(from, from + rowsAtOnce)) this.#rows.set(idOf(node), draw(node));
      await nextTask();
    }
  }

  /** A row that was made, once. */
  take(id: string): TreeItem | undefined {
    const row = this.#rows.get(id);
    this.#rows.delete(id);
    return row;
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
