import {
  window,
  type AccessibilityInformation,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  type TreeViewOptions,
} from 'vscode';
import type { Disposable } from './disposables.ts';
import { shownText } from './shownText.ts';

/** Rows as a tree makes them, texts from outside in them as they are. */
export interface Rows<N> extends TreeDataProvider<N> {
  getTreeItem(node: N): TreeItem;
  getParent(node: N): N | undefined;
  resolveTreeItem(item: TreeItem, node: N): TreeItem | Promise<TreeItem>;
}

/** What is said by {@link TreePane}'s own functions. */
type Said = 'message' | 'description' | 'title';

/** A view with a tree, in which every text is shown as text. */
export class TreePane<N> implements Disposable {
  readonly view: Omit<TreeView<N>, Said>;
  readonly #view: TreeView<N>;

  constructor(
    id: string,
    rows: Rows<N>,
    options: Omit<TreeViewOptions<N>, 'treeDataProvider' | 'dragAndDropController'> = {},
  ) {
    this.#view = window.createTreeView(id, { ...options, treeDataProvider: harmless(rows) });
    this.view = this.#view;
  }

  /** Says something above the rows; an empty text takes it away. */
  showMessage(text: string): void {
    const shown = shownText('toast', text);
    if (this.#view.message !== shown) this.#view.message = shown;
  }

  /** Says something beside the name of the view. */
  showHead(text: string): void {
    const shown = shownText('row', text);
    if (this.#view.description !== shown) this.#view.description = shown;
  }

  dispose(): void {
    this.#view.dispose();
  }
}

function harmless<N>(rows: Rows<N>): TreeDataProvider<N> {
  return {
    ...(rows.onDidChangeTreeData === undefined ? {} : { onDidChangeTreeData: rows.onDidChangeTreeData }),
    getTreeItem: (node) => neutralise(rows.getTreeItem(node)),
    getChildren: (node) => rows.getChildren(node),
    getParent: (node) => rows.getParent(node),
    resolveTreeItem: async (item, node) => neutralise(await rows.resolveTreeItem(item, node)),
  };
}

function neutralise(row: TreeItem): TreeItem {
  if (typeof row.label === 'string') row.label = shownText('row', row.label);
  if (typeof row.description === 'string') row.description = shownText('row', row.description);
  if (typeof row.tooltip === 'string') row.tooltip = shownText('tooltip', row.tooltip);
  if (row.accessibilityInformation !== undefined) {
    row.accessibilityInformation = spoken(row.accessibilityInformation);
  }
  const { checkboxState } = row;
  if (typeof checkboxState === 'object' && checkboxState.accessibilityInformation !== undefined) {
    const accessibilityInformation = spoken(checkboxState.accessibilityInformation);
    row.checkboxState = { ...checkboxState, accessibilityInformation };
  }
  return row;
}

function spoken(information: AccessibilityInformation): AccessibilityInformation {
  return { ...information, label: shownText('row', information.label) };
}
