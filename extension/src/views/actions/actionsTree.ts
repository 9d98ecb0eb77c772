import { stemOf } from '@flotilla/shared/definition/fileNames';
import type { ActionView } from '@flotilla/shared/views';
import {
  l10n,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  workspace,
  type MarkdownString,
  type Uri,
} from 'vscode';
import type { ActionFiles } from '../../authoring/actionFiles.ts';
import { setContextKey } from '../../contributions/contextKeys.ts';
import type { Catalogue } from '../../model/catalogue.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import type { Rows } from '../../platform/treePane.ts';
import { lines } from '../../platform/markdown.ts';
import { shownText } from '../../platform/shownText.ts';
import { NodeCache, nodeId, type ActionsNode } from '../nodes.ts';
import { contextValue } from '../rowParts.ts';
import { formatAge } from '../time.ts';
import { TreeChanges } from '../treeChanges.ts';

/** The list changes by hand, or with an Execution. */
const treeIntervalMs = 1000;

/** Action files of the workspace and Actions that the service keeps; two groups where there are both. */
export class ActionsTree implements Rows<ActionsNode>, Disposable {
  readonly #files: ActionFiles;
  readonly #catalogue: Catalogue;
  readonly #owned = new Disposables();
  readonly #changes = this.#owned.own(
    new TreeChanges<ActionsNode>({ parentOf: () => undefined, isOutdated: () => true }, treeIntervalMs),
  );
  readonly #nodes = new NodeCache<ActionsNode>();

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(files: ActionFiles, catalogue: Catalogue) {
    this.#files = files;
    this.#catalogue = catalogue;
    this.#owned.own(files.onDidChange(() => this.#changes.redrawAll()));
    this.#owned.own(catalogue.onDidChange(() => this.#changes.redrawAll()));
  }

  getTreeItem(node: ActionsNode): TreeItem {
    const row = this.#row(node);
    row.id = nodeId(node);
    return row;
  }

  getChildren(node?: ActionsNode): Promise<ActionsNode[]> {
    return this.#changes.load(node, () => this.#children(node));
  }

  getParent(): undefined {
    return undefined;
  }

  resolveTreeItem(item: TreeItem, node: ActionsNode): TreeItem {
    if (node.kind === 'actionFile')
      item.tooltip = node.uri.scheme === 'file' ? node.uri.fsPath : node.uri.path;
    const action = node.kind === 'action' ? this.#catalogue.find(node.actionId) : undefined;
    if (action !== undefined) item.tooltip = actionTooltip(action);
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #children(node?: ActionsNode): Promise<ActionsNode[]> {
    const fileNodes = async () =>
      (await this.#files.list()).map((uri) => this.#nodes.keep<ActionsNode>({ kind: 'actionFile', uri }));
    const actionNodes = () =>
      this.#catalogue.actions.map((action) =>
        this.#nodes.keep<ActionsNode>({ kind: 'action', actionId: action.id }),
      );
    if (node?.kind === 'actionGroup') return node.group === 'workspace' ? fileNodes() : actionNodes();
    if (node !== undefined) return [];
    const files = await fileNodes();
    const actions = actionNodes();
    setContextKey('flotilla:actionsLoaded', true);
    if (files.length === 0 || actions.length === 0) return [...files, ...actions];
    return (['workspace', 'service'] as const).map((group) =>
      this.#nodes.keep({ kind: 'actionGroup', group }),
    );
  }

  #row(node: ActionsNode): TreeItem {
    if (node.kind === 'actionFile') return fileRow(node.uri, node);
    if (node.kind === 'actionGroup') {
      return new TreeItem(
        node.group === 'workspace' ? l10n.t('Workspace') : l10n.t('Service'),
        TreeItemCollapsibleState.Expanded,
      );
    }
    const action = this.#catalogue.find(node.actionId);
    return action === undefined ? new TreeItem('') : actionRow(action, node);
  }
}

function fileRow(uri: Uri, node: ActionsNode): TreeItem {
  const row = new TreeItem(stemOf(uri.path), TreeItemCollapsibleState.None);
  const folder = workspace.asRelativePath(uri).split('/').slice(0, -1).join('/');
  row.description = folder;
  row.iconPath = new ThemeIcon('file-code');
  row.contextValue = contextValue('action', { file: true });
  row.command = { command: 'flotilla.openAction', title: l10n.t('Open Action'), arguments: [node] };
  return row;
}

function actionRow(action: ActionView, node: ActionsNode): TreeItem {
  const row = new TreeItem(action.name, TreeItemCollapsibleState.None);
  row.description = `v${action.latestVersion} · ${formatAge(Date.now() - action.updatedAt)}`;
  row.iconPath = new ThemeIcon('cloud');
  row.contextValue = contextValue('action', { kept: true });
  row.command = { command: 'flotilla.openAction', title: l10n.t('Open Action'), arguments: [node] };
  row.accessibilityInformation = {
    label: l10n.t('Action {0} on the service, version {1}', action.name, action.latestVersion),
  };
  return row;
}

function actionTooltip(action: ActionView): MarkdownString {
  return lines(
    `**${shownText('markdown', action.name)}** v${action.latestVersion}`,
    ...(action.description === '' ? [] : [shownText('markdown', action.description)]),
    l10n.t(
      'Saved by {0}, {1}',
      shownText('markdown', action.updatedBy),
      new Date(action.updatedAt).toLocaleString(),
    ),
    ...(action.origin === null ? [] : [l10n.t('From {0}', shownText('markdown', action.origin.file))]),
  );
}
