import type { ExecutionView } from '@flotilla/shared/views';
import { l10n, TreeItemCheckboxState } from 'vscode';
import type { Connection } from '../../connection/connection.ts';
import { describeState } from '../../connection/describe.ts';
import { setContextKey } from '../../contributions/contextKeys.ts';
import type { ChangedFiles } from '../../model/changedFiles.ts';
import type { Collection } from '../../model/collection.ts';
import { liveExecutions, unendedExecutions } from '../../model/liveExecutions.ts';
import { liveJobs } from '../../model/liveJobs.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import { countOnline, liveRunners } from '../../model/liveRunners.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import { handleError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { TreePane } from '../../platform/treePane.ts';
import type { ExecutionsTree } from './executionsTree.ts';
import { holdWhileVisible } from '../holdWhileVisible.ts';
import type { ExecutionsNode, JobNode } from '../nodes.ts';
import { executionText } from '../rowText.ts';
import { whileTicking } from '../whileTicking.ts';

export interface ExecutionsPaneParts {
  readonly connection: Connection;
  readonly model: LiveModel;
  readonly files: ChangedFiles;
  readonly tree: ExecutionsTree;
  readonly log: Log;
  readonly onSelectJob: (job: JobNode) => void;
}

/** The view *Executions*: its badge, its message, its checkboxes. */
export class ExecutionsPane implements Disposable {
  readonly #parts: ExecutionsPaneParts;
  readonly #executions: Collection<ExecutionView>;
  readonly #owned = new Disposables();
  readonly #pane: TreePane<ExecutionsNode>;

  constructor(parts: ExecutionsPaneParts) {
    this.#parts = parts;
    const { connection, model, tree } = parts;
    this.#executions = model.of(liveExecutions);
    this.#pane = this.#owned.own(
      new TreePane('flotilla.executions', tree, {
        manageCheckboxStateManually: true,
        showCollapseAll: true,
      }),
    );
    this.#owned.own(holdWhileVisible(this.#pane.view, connection));
    this.#owned.own(connection.onDidChangeState(() => this.#show()));
    this.#owned.own(model.onDidChange(() => this.#show()));
    this.#owned.own(
      this.#pane.view.onDidChangeCheckboxState(({ items }) => {
        for (const [node, state] of items) {
          void this.#setIncluded(node, state === TreeItemCheckboxState.Checked);
        }
      }),
    );
    this.#owned.own(
      this.#pane.view.onDidChangeSelection(({ selection: [node] }) => {
        if (node !== undefined && 'jobId' in node) {
          parts.onSelectJob({ kind: 'job', executionId: node.executionId, jobId: node.jobId });
        }
      }),
    );
    this.#owned.own(this.#pane.view.onDidExpandElement(({ element }) => this.#setOpened(element, true)));
    this.#owned.own(this.#pane.view.onDidCollapseElement(({ element }) => this.#setOpened(element, false)));
    this.#owned.own(
      whileTicking(this.#pane.view, connection, () => {
        tree.redrawRunning();
        this.#showHead();
      }),
    );
    this.#show();
  }

  /** Shows an Execution, opened, without taking the focus. */
  async reveal(executionId: number): Promise<void> {
    const node = this.#parts.tree.executionNode(executionId);
    await this.#pane.view.reveal(node, { select: true, focus: false, expand: true });
  }

  /** Shows a Job whose Execution is held, and selects it. */
  async revealJob(job: JobNode): Promise<void> {
    await this.#pane.view.reveal(this.#parts.tree.jobNode(job), { select: true, focus: false });
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #show(): void {
    const { model } = this.#parts;
    const running = unendedExecutions(this.#executions).length;
    this.#pane.view.badge =
      running === 0
        ? undefined
        : {
            value: running,
            tooltip:
              running === 1
                ? l10n.t('1 Execution is running')
                : l10n.t('{0} Executions are running', running),
          };
    this.#showHead();
    this.#pane.showMessage(this.#message());
    setContextKey('flotilla:executionsLoaded', this.#executions.rows() !== undefined);
    const online = countOnline(model.of(liveRunners).rows);
    setContextKey('flotilla:runners', online === undefined ? 'unknown' : online === 0 ? 'none' : 'some');
  }

  /** Beside the name of the view: the service, and how far what runs is. */
  #showHead(): void {
    const { connection, model } = this.#parts;
    const { state } = connection;
    const host = 'address' in state ? state.address.host : '';
    const running = unendedExecutions(this.#executions);
    const [only] = running;
    const head =
      only === undefined || state.kind !== 'online'
        ? host
        : running.length === 1
          ? `${host} · ${executionText(only, model.serverTime)}`
          : `${host} · ${l10n.t('{0} running', running.length)}`;
    this.#pane.showHead(head);
  }

  #setOpened(node: ExecutionsNode, isOpened: boolean): void {
    if (node.kind === 'execution') this.#parts.tree.setOpened(node.executionId, isOpened);
  }

  /** What is said above the rows. Where there are none, the welcome view speaks. */
  #message(): string {
    const { connection, model } = this.#parts;
    const { state } = connection;
    if ((this.#executions.rows() ?? []).length === 0) return '';
    if (state.kind === 'offline') {
      const at = new Date(model.changedAt ?? state.since).toLocaleTimeString();
      return l10n.t('Disconnected from {0}: this is from {1}. Reconnecting…', state.address.host, at);
    }
    if (state.kind !== 'online') {
      return state.kind === 'idle' || state.kind === 'connecting' ? '' : describeState(state);
    }
    const runners = model.of(liveRunners).rows;
    if (countOnline(runners) !== 0) return '';
    return runners?.some(({ online }) => online)
      ? l10n.t('Every runner is draining: queued Jobs wait. The view Runners can let one claim again.')
      : l10n.t('No runner is online: queued Jobs wait. Start one with: npm run runner');
  }

  async #setIncluded(node: ExecutionsNode, included: boolean): Promise<void> {
    if (!('jobId' in node)) return;
    const { model, files, tree, log } = this.#parts;
    const job = model.of(liveJobs).get(node.jobId);
    if (job === undefined) return;
    const below = tree.filesOf(node);
    try {
      await files.setIncluded(job, below?.map((file) => file.path) ?? null, included);
    } catch (error) {
      await handleError(log, error);
    }
  }
}
