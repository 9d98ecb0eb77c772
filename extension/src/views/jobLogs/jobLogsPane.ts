import type { Connection } from '../../connection/connection.ts';
import type { JobNames } from '../../model/jobNames.ts';
import { liveJobs } from '../../model/liveJobs.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import { TreePane } from '../../platform/treePane.ts';
import { holdWhileVisible } from '../holdWhileVisible.ts';
import type { JobLogsTree } from './jobLogsTree.ts';
import type { JobLogsNode, JobNode } from '../nodes.ts';
import { whileTicking } from '../whileTicking.ts';

/** The view *Job Logs*: it follows what is selected in *Executions*. */
export class JobLogsPane implements Disposable {
  readonly #model: LiveModel;
  readonly #names: JobNames;
  readonly #tree: JobLogsTree;
  readonly #owned = new Disposables();
  readonly #pane: TreePane<JobLogsNode>;

  constructor(connection: Connection, model: LiveModel, names: JobNames, tree: JobLogsTree) {
    this.#model = model;
    this.#names = names;
    this.#tree = tree;
    this.#pane = this.#owned.own(new TreePane('flotilla.jobLogs', tree));
    this.#owned.own(holdWhileVisible(this.#pane.view, connection));
    this.#owned.own(whileTicking(this.#pane.view, connection, () => tree.redrawRunning()));
  }

  /** Shows the Attempts of a Job. */
  show(node: JobNode): void {
    const job = this.#model.of(liveJobs).get(node.jobId);
    this.#pane.showHead(job === undefined ? '' : this.#names.of(job));
    this.#tree.show(node);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
