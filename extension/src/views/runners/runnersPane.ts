import type { Connection } from '../../connection/connection.ts';
import { setContextKey } from '../../contributions/contextKeys.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import { liveQueue } from '../../model/liveQueue.ts';
import { liveRunners } from '../../model/liveRunners.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import { TreePane } from '../../platform/treePane.ts';
import { holdWhileVisible } from '../holdWhileVisible.ts';
import type { RunnersNode } from '../nodes.ts';
import type { RunnersTree } from './runnersTree.ts';
import { queueText } from './runnerText.ts';

/** The view *Runners*: who works, and beside its name how much there is to do. The feed keeps it; nothing polls. */
export class RunnersPane implements Disposable {
  readonly #model: LiveModel;
  readonly #owned = new Disposables();
  readonly #pane: TreePane<RunnersNode>;

  constructor(connection: Connection, model: LiveModel, tree: RunnersTree) {
    this.#model = model;
    this.#pane = this.#owned.own(new TreePane('flotilla.runners', tree));
    this.#owned.own(holdWhileVisible(this.#pane.view, connection));
    this.#owned.own(model.onDidChange(() => this.#show()));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #show(): void {
    const [queue] = this.#model.of(liveQueue).rows ?? [];
    const runners = this.#model.of(liveRunners).rows;
    this.#pane.showHead(queue === undefined ? '' : queueText(queue));
    setContextKey('flotilla:runnersLoaded', runners !== undefined);
  }
}
