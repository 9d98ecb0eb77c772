import type { AttemptView, StepView } from '@flotilla/shared/views';
import { EventEmitter, l10n, TreeItem, TreeItemCollapsibleState, type TreeDataProvider } from 'vscode';
import type { LiveModel } from '../model/liveModel.ts';
import { Coalescer } from '../platform/coalescer.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import type { Log } from '../platform/log.ts';
import { oneLine } from '../platform/plainText.ts';
import { NodeCache, nodeId, type JobLogsNode, type JobNode } from './nodes.ts';
import { contextValue, statusIcon } from './rowParts.ts';
import { attemptText, stepName, stepText } from './rowText.ts';
import { statuses } from './status.ts';

const rowIntervalMs = 250;

/** The Attempts of one Job, newest first, each with its Steps. A click opens the log there. */
export class JobLogsTree implements TreeDataProvider<JobLogsNode>, Disposable {
  readonly #model: LiveModel;
  readonly #log: Log;
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.own(new EventEmitter<JobLogsNode | undefined>());
  readonly #redraw = this.#owned.own(
    new Coalescer<'all'>(rowIntervalMs, () => this.#changed.fire(undefined)),
  );
  readonly #nodes = new NodeCache<JobLogsNode>();
  #job: JobNode | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(model: LiveModel, log: Log) {
    this.#model = model;
    this.#log = log;
    this.#owned.own(
      model.onDidChange(({ jobs, list }) => {
        if (list || (this.#job !== undefined && jobs.has(this.#job.jobId))) this.#redraw.add(['all']);
      }),
    );
  }

  /** The Job whose Attempts are shown. */
  get job(): JobNode | undefined {
    return this.#job;
  }

  /** Shows the Attempts of another Job; what the view shows until they have come is what is known of it. */
  async show(job: JobNode): Promise<void> {
    this.#job = job;
    this.#nodes.clear();
    this.#redraw.add(['all']);
    try {
      await this.#model.loadAttempts(job.jobId);
    } catch (error) {
      this.#log.warn(`The attempts of job ${job.jobId}: ${String(error)}`);
    }
  }

  getTreeItem(node: JobLogsNode): TreeItem {
    const attempt = this.#model.attempt(node.jobId, node.attemptId);
    const step = node.kind === 'step' ? attempt?.steps[node.index] : undefined;
    const row = step === undefined ? attemptRow(attempt, this.#isNewest(node)) : stepRow(step, attempt);
    row.id = nodeId(node);
    if (row.contextValue?.includes('+hasLog')) {
      row.command = { command: 'flotilla.showLog', title: l10n.t('Show Log'), arguments: [node] };
    }
    return row;
  }

  getChildren(node?: JobLogsNode): JobLogsNode[] {
    if (this.#job === undefined || node?.kind === 'step') return [];
    const { jobId, executionId } = this.#job;
    if (this.#model.job(executionId, jobId) === undefined) return [];
    if (node === undefined) {
      return this.#model
        .attempts(jobId)
        .map((attempt) => this.#nodes.keep({ kind: 'attempt', jobId, attemptId: attempt.id }));
    }
    const steps = this.#model.attempt(jobId, node.attemptId)?.steps ?? [];
    return steps.map((step) =>
      this.#nodes.keep({ kind: 'step', jobId, attemptId: node.attemptId, index: step.index }),
    );
  }

  getParent(node: JobLogsNode): JobLogsNode | undefined {
    return node.kind === 'attempt'
      ? undefined
      : this.#nodes.keep({ kind: 'attempt', jobId: node.jobId, attemptId: node.attemptId });
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #isNewest(node: JobLogsNode): boolean {
    return this.#model.attempts(node.jobId)[0]?.id === node.attemptId;
  }
}

function attemptRow(attempt: AttemptView | undefined, isNewest: boolean): TreeItem {
  if (attempt === undefined) return new TreeItem('');
  const { Expanded, Collapsed, None } = TreeItemCollapsibleState;
  const state = attempt.steps.length === 0 ? None : isNewest ? Expanded : Collapsed;
  const row = new TreeItem(l10n.t('Attempt {0}', attempt.number), state);
  row.description = oneLine(attemptText(attempt, Date.now()));
  row.iconPath = statusIcon(attempt.state);
  row.contextValue = contextValue('attempt', { hasLog: true });
  row.accessibilityInformation = {
    label: l10n.t('Attempt {0}, {1}, {2}', attempt.number, statuses[attempt.state].spoken, row.description),
  };
  return row;
}

function stepRow(step: StepView, attempt: AttemptView | undefined): TreeItem {
  const row = new TreeItem(oneLine(stepName(step)), TreeItemCollapsibleState.None);
  row.description = stepText(step, Date.now());
  row.tooltip = `${step.title}\n${step.image}${step.imageDigest === null ? '' : `\n${step.imageDigest}`}`;
  row.iconPath = statusIcon(step.state);
  row.contextValue = contextValue('step', { hasLog: step.state !== 'pending' && attempt !== undefined });
  row.accessibilityInformation = {
    label: l10n.t(
      'Step {0}, {1}, {2}, {3}',
      step.index + 1,
      step.title,
      statuses[step.state].spoken,
      row.description,
    ),
  };
  return row;
}
