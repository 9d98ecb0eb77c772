import { window, type TreeView } from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { setContextKey } from '../contributions/contextKeys.ts';
import type { LiveModel } from '../model/liveModel.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { holdWhileVisible } from './holdWhileVisible.ts';
import type { RunnersNode } from './nodes.ts';
import type { RunnersTree } from './runnersTree.ts';
import { queueText } from './runnerText.ts';

/** The view *Runners*: who works, and beside its name how much there is to do. The feed keeps it; nothing polls. */
export class RunnersView implements Disposable {
  readonly #model: LiveModel;
  readonly #owned = new Disposables();
  readonly #view: TreeView<RunnersNode>;

  constructor(connection: Connection, model: LiveModel, tree: RunnersTree) {
    this.#model = model;
    this.#view = this.#owned.own(window.createTreeView('flotilla.runners', { treeDataProvider: tree }));
    this.#owned.own(holdWhileVisible(this.#view, connection));
    this.#owned.own(model.onDidChange(() => this.#show()));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #show(): void {
    const { queue, runners } = this.#model;
    const head = queue === undefined ? '' : queueText(queue);
    if (this.#view.description !== head) this.#view.description = head;
    setContextKey('flotilla:runnersLoaded', runners !== undefined);
  }
}
