import { oneLine } from '@flotilla/shared/text/oneLine';
import type { AttemptView, StepView } from '@flotilla/shared/views';
import { l10n, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { attemptTooltip } from './attemptTooltip.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import type { Collection } from '../../model/collection.ts';
import { liveAttempts } from '../../model/liveAttempts.ts';
import { liveExecutions } from '../../model/liveExecutions.ts';
import { Disposables, onDispose, type Disposable } from '../../platform/disposables.ts';
import type { Rows } from '../../platform/treePane.ts';
import type { Log } from '../../platform/log.ts';
import { DrawnRows } from '../drawnRows.ts';
import { NodeCache, nodeId, type JobLogsNode, type JobNode } from '../nodes.ts';
import { contextValue, statusIcon } from '../rowParts.ts';
import { attemptText, stepName, stepText } from '../rowText.ts';
import { statuses } from '../status.ts';
import { runnerTime } from './timeline.ts';
import { TreeChanges } from '../treeChanges.ts';

/** The tree is drawn anew with each selection. */
const treeIntervalMs = 100;

/** The Attempts of one Job, newest first, each with its Steps. A click opens the log there. */
export class JobLogsTree implements Rows<JobLogsNode>, Disposable {
  readonly #model: LiveModel;
  readonly #log: Log;
  readonly #owned = new Disposables();
  readonly #changes = this.#owned.own(
    new TreeChanges<JobLogsNode>(
      { parentOf: (node) => this.getParent(node), isOutdated: (node) => this.#isOutdated(node) },
      treeIntervalMs,
    ),
  );
  readonly #nodes = new NodeCache<JobLogsNode>();
  readonly #drawn = new DrawnRows();
  readonly #attempts: Collection<AttemptView>;
  #job: JobNode | undefined;
  /** What keeps its Attempts. */
  #hold: Disposable | undefined;
  /** How many Attempts are rows: a Job only ever gets more. */
  #shown = 0;

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(model: LiveModel, log: Log) {
    this.#model = model;
    this.#log = log;
    this.#attempts = model.of(liveAttempts);
    this.#owned.own(this.#attempts.onDidChange(({ lists }) => this.#follow(lists)));
    this.#owned.own(
      model.of(liveExecutions).onDidChange(({ gone, dropped }) => this.#forgetGone(gone, dropped)),
    );
    this.#owned.own(onDispose(() => this.#hold?.dispose()));
  }

  /** The Job whose Attempts are shown. */
  get job(): JobNode | undefined {
    return this.#job;
  }

  /** Shows the Attempts of another Job. */
  show(job: JobNode): void {
    if (job.jobId !== this.#job?.jobId) this.#set(job);
  }

  getTreeItem(node: JobLogsNode): TreeItem {
    const row = this.#row(node);
    row.id = nodeId(node);
    this.#drawn.add(row);
    return row;
  }

  async getChildren(node?: JobLogsNode): Promise<JobLogsNode[]> {
    if (this.#job === undefined || node?.kind === 'step') return [];
    const { jobId } = this.#job;
    if (node !== undefined) {
      const steps = this.#attempts.get(node.attemptId)?.steps ?? [];
      return steps.map((step) =>
        this.#nodes.keep({ kind: 'step', jobId, attemptId: node.attemptId, index: step.index }),
      );
    }
    try {
      await this.#changes.load(node, () => this.#attempts.load(jobId));
    } catch (error) {
      // What is known of them is shown; the rest comes with the feed.
      this.#log.warn(`The attempts of job ${jobId}: ${String(error)}`);
    }
    const attempts = this.#attempts.rows(jobId) ?? [];
    this.#shown = attempts.length;
    return attempts.map((attempt) => this.#nodes.keep({ kind: 'attempt', jobId, attemptId: attempt.id }));
  }

  getParent(node: JobLogsNode): JobLogsNode | undefined {
    return node.kind === 'attempt'
      ? undefined
      : this.#nodes.keep({ kind: 'attempt', jobId: node.jobId, attemptId: node.attemptId });
  }

  /** A tooltip is made when it is looked at: the clock has moved on since the row was drawn. */
  resolveTreeItem(item: TreeItem, node: JobLogsNode): TreeItem {
    const attempt = this.#attempts.get(node.attemptId);
    if (attempt === undefined) return item;
    if (node.kind === 'step') {
      const step = attempt.steps[node.index];
      if (step !== undefined) item.tooltip = stepTooltip(step);
      return item;
    }
    item.tooltip = attemptTooltip(attempt, this.#model.serverTime);
    return item;
  }

  /** The rows whose times move on: of Steps that run, and of an Attempt while none does. */
  redrawRunning(): void {
    if (this.#job === undefined) return;
    const live = (this.#attempts.rows(this.#job.jobId) ?? []).filter(({ endedAt }) => endedAt === null);
    this.#changes.look(live.flatMap((attempt) => this.#nodesOf(attempt)));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #set(job: JobNode | undefined): void {
    this.#hold?.dispose();
    this.#hold = job === undefined ? undefined : this.#attempts.hold(job.jobId);
    this.#job = job;
    this.#nodes.clear();
    this.#drawn.clear();
    this.#changes.redrawAll();
  }

  #follow(jobIds: ReadonlySet<number>): void {
    if (this.#job === undefined || !jobIds.has(this.#job.jobId)) return;
    const rows = this.#attempts.rows(this.#job.jobId) ?? [];
    if (rows.length !== this.#shown) this.#changes.redrawAll();
    else this.#changes.look(rows.flatMap((attempt) => this.#nodesOf(attempt)));
  }

  /** Shows nothing any more of a Job that is gone with its Execution, or was another service's. */
  #forgetGone(executionIds: ReadonlySet<number>, dropped: ReadonlySet<number>): void {
    if (this.#job === undefined) return;
    if (dropped.size > 0 || executionIds.has(this.#job.executionId)) this.#set(undefined);
  }

  /** The rows of an Attempt and its Steps. Of them those are drawn that look otherwise: a seal, for one, draws nothing. */
  #nodesOf({ id, jobId, steps }: AttemptView): JobLogsNode[] {
    const nodes: JobLogsNode[] = [
      { kind: 'attempt', jobId, attemptId: id },
      ...steps.map(({ index }): JobLogsNode => ({ kind: 'step', jobId, attemptId: id, index })),
    ];
    return nodes.flatMap((node) => this.#nodes.find(nodeId(node)) ?? []);
  }

  #isOutdated(node: JobLogsNode): boolean {
    return this.#drawn.isOutdated(nodeId(node), this.#row(node));
  }

  #row(node: JobLogsNode): TreeItem {
    const attempt = this.#attempts.get(node.attemptId);
    const step = node.kind === 'step' ? attempt?.steps[node.index] : undefined;
    const row =
      step === undefined
        ? attemptRow(attempt, this.#model.serverTime, this.#isNewest(node), this.#shown > 1)
        : stepRow(step, this.#model.serverTime, attempt);
    if (row.contextValue?.includes('+hasLog')) {
      row.command = { command: 'flotilla.showLog', title: l10n.t('Show Log'), arguments: [node] };
    }
    return row;
  }

  #isNewest(node: JobLogsNode): boolean {
    return this.#attempts.rows(node.jobId)?.[0]?.id === node.attemptId;
  }
}

/** `now` is the service's time, here and below. */
function attemptRow(
  attempt: AttemptView | undefined,
  now: number,
  isNewest: boolean,
  hasOthers: boolean,
): TreeItem {
  if (attempt === undefined) return new TreeItem('');
  const { Expanded, Collapsed, None } = TreeItemCollapsibleState;
  const state = attempt.steps.length === 0 ? None : isNewest ? Expanded : Collapsed;
  const row = new TreeItem(l10n.t('Attempt {0}', attempt.number), state);
  row.description = attemptText(attempt, now);
  row.iconPath = statusIcon(attempt.state);
  row.contextValue = contextValue('attempt', { hasLog: !attempt.expired, others: hasOthers });
  row.accessibilityInformation = {
    label: l10n.t('Attempt {0}, {1}, {2}', attempt.number, statuses[attempt.state].spoken, row.description),
  };
  return row;
}

function stepRow(step: StepView, now: number, attempt: AttemptView | undefined): TreeItem {
  const row = new TreeItem(stepName(step), TreeItemCollapsibleState.None);
  row.description = stepText(step, attempt === undefined ? now : runnerTime(attempt, now));
  row.iconPath = statusIcon(step.state);
  row.contextValue = contextValue('step', { hasLog: step.state !== 'pending' && attempt?.expired === false });
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

/** The whole command, and the image it runs in. */
function stepTooltip({ title, image, imageDigest }: StepView): string {
  return [title, image, ...(imageDigest === null ? [] : [imageDigest])].map(oneLine).join('\n');
}
