import type { AttemptView, ChangedFile, ExecutionView, JobView, WaitingView } from '@flotilla/shared/views';
import { TreeItem } from 'vscode';
import type { ChangedFiles } from '../../model/changedFiles.ts';
import type { Collection } from '../../model/collection.ts';
import type { JobNames } from '../../model/jobNames.ts';
import { liveAttempts } from '../../model/liveAttempts.ts';
import { liveExecutions } from '../../model/liveExecutions.ts';
import { liveJobs } from '../../model/liveJobs.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import type { RowChanges } from '../../model/rowChanges.ts';
import { maxOfExecution } from '../../model/followedJobs.ts';
import type { Waits } from '../../model/waits.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import type { Rows } from '../../platform/treePane.ts';
import type { Log } from '../../platform/log.ts';
import { DrawnRows } from '../drawnRows.ts';
import { ExecutionsRows } from './executionsRows.ts';
import { executionTooltip, jobTooltip } from './executionTooltips.ts';
import { filesBelow, type FileTreeNode } from './fileTree.ts';
import {
  filesNodeId,
  jobNodeId,
  NodeCache,
  nodeId,
  type ExecutionsNode,
  type FileNode,
  type FolderNode,
  type JobNode,
} from '../nodes.ts';
import { ShownFiles } from './shownFiles.ts';
import { ShownJobs } from './shownJobs.ts';
import { PreparedRows } from '../preparedRows.ts';
import { TreeChanges } from '../treeChanges.ts';

/**
 * Executions that come or go draw the whole tree again, with all Jobs that are opened: the more there are, the less often.
 * A single one shows at once.
 */
const treeIntervalMs = 1000;
const treeIntervalMsOfAJob = 1;

export interface ExecutionsTreeParts {
  readonly model: LiveModel;
  readonly names: JobNames;
  readonly files: ChangedFiles;
  readonly waits: Waits;
  readonly log: Log;
}

/** Executions, their Jobs, and the files that a Job changed. */
export class ExecutionsTree implements Rows<ExecutionsNode>, Disposable {
  readonly #parts: ExecutionsTreeParts;
  readonly #executions: Collection<ExecutionView>;
  readonly #jobs: Collection<JobView>;
  readonly #attempts: Collection<AttemptView>;
  readonly #shown: ShownJobs;
  readonly #files: ShownFiles;
  readonly #owned = new Disposables();
  readonly #changes = this.#owned.own(
    new TreeChanges<ExecutionsNode>(
      { parentOf: (node) => this.getParent(node), isOutdated: (node) => this.#isOutdated(node) },
      () => treeIntervalMs + treeIntervalMsOfAJob * this.#shown.count,
    ),
  );
  readonly #nodes = new NodeCache<ExecutionsNode>();
  readonly #rows: ExecutionsRows;
  readonly #drawn = new DrawnRows();
  readonly #prepared = new PreparedRows();

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(parts: ExecutionsTreeParts) {
    this.#parts = parts;
    this.#executions = parts.model.of(liveExecutions);
    this.#jobs = parts.model.of(liveJobs);
    this.#attempts = parts.model.of(liveAttempts);
    this.#shown = this.#owned.own(new ShownJobs(this.#jobs));
    this.#files = new ShownFiles(parts.files);
    this.#rows = new ExecutionsRows({ ...parts, shown: this.#shown, shownFiles: this.#files });
    this.#owned.own(this.#executions.onDidChange((changes) => this.#followExecutions(changes)));
    this.#owned.own(this.#jobs.onDidChange((changes) => this.#followJobs(changes)));
    this.#owned.own(this.#attempts.onDidChange(({ lists }) => this.#followAttempts(lists)));
    this.#owned.own(parts.files.onDidChange((jobId) => this.#redrawFiles(jobId)));
    this.#owned.own(parts.waits.onDidChange((jobId) => this.#lookAtJob(jobId)));
  }

  getTreeItem(node: ExecutionsNode): TreeItem {
    return this.#prepared.take(nodeId(node)) ?? this.#draw(node);
  }

  async getChildren(node?: ExecutionsNode): Promise<ExecutionsNode[]> {
    try {
      return await this.#changes.load(node, () => this.#children(node));
    } catch (error) {
      // The view's message says how the connection is; the rows come when it is back.
      this.#parts.log.warn(
        `The rows below ${node === undefined ? 'the root' : nodeId(node)}: ${String(error)}`,
      );
      return [];
    }
  }

  getParent(node: ExecutionsNode): ExecutionsNode | undefined {
    switch (node.kind) {
      case 'execution':
      case 'moreExecutions':
        return undefined;
      case 'moreJobs':
      case 'job':
        return this.executionNode(node.executionId);
      case 'folder':
      case 'file':
        return this.jobNode(node);
    }
  }

  async resolveTreeItem(item: TreeItem, node: ExecutionsNode): Promise<TreeItem> {
    if (node.kind === 'execution') {
      const execution = this.#executions.get(node.executionId);
      if (execution !== undefined) item.tooltip = executionTooltip(execution);
    } else if (node.kind === 'job') {
      const job = this.#jobs.get(node.jobId);
      if (job !== undefined) item.tooltip = jobTooltip(job, await this.#whyWaiting(job));
    } else if (node.kind === 'file') {
      item.tooltip = node.path;
    }
    return item;
  }

  /** The row of an Execution, to reveal it. */
  executionNode(executionId: number): ExecutionsNode {
    return this.#nodes.keep({ kind: 'execution', executionId });
  }

  /** The row of a Job, to reveal it. */
  jobNode({ executionId, jobId }: Pick<JobNode, 'executionId' | 'jobId'>): ExecutionsNode {
    return this.#nodes.keep({ kind: 'job', executionId, jobId });
  }

  /** The files below a row with a checkbox; null for a whole Job. */
  filesOf(node: ExecutionsNode): readonly ChangedFile[] | null {
    if (node.kind !== 'folder' && node.kind !== 'file') return null;
    const found = this.#files.find(node.jobId, node.path);
    return found === undefined ? [] : filesBelow(found);
  }

  /** Shows the next page of an Execution's Jobs. */
  showMoreJobs(executionId: number): void {
    this.#shown.showMore(executionId);
    this.#changes.redraw([this.executionNode(executionId)]);
  }

  /** Remembers whether the Jobs of an Execution are shown: its row then leaves to them how far it is. */
  setOpened(executionId: number, isOpened: boolean): void {
    if (isOpened) this.#shown.open(executionId);
    else this.#shown.close(executionId);
    this.#parts.waits.setOpened(executionId, isOpened);
    // VS Code keeps the rows of a collapsed one; why the first of them wait was not followed meanwhile.
    const jobs = isOpened ? (this.#jobs.rows(executionId) ?? []) : [];
    const queued = jobs.filter(({ state }) => state === 'queued').slice(0, maxOfExecution);
    this.#look(queued.map(({ id }) => jobNodeId(id)));
    this.#changes.look([this.executionNode(executionId)]);
  }

  /** Draws the rows of what is running again: the time they show has moved on. */
  redrawRunning(): void {
    for (const execution of this.#executions.rows() ?? []) {
      if (execution.endedAt !== null) continue;
      this.#changes.look([this.executionNode(execution.id)]);
      if (!this.#shown.isOpened(execution.id)) continue;
      const running = (this.#jobs.rows(execution.id) ?? []).filter(({ state }) => state === 'running');
      this.#look(running.map(({ id }) => jobNodeId(id)));
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #children(node?: ExecutionsNode): Promise<ExecutionsNode[]> {
    switch (node?.kind) {
      case undefined: {
        const rows = (this.#executions.rows() ?? []).map(({ id }) => this.executionNode(id));
        return this.#executions.hasMore() ? [...rows, this.#nodes.keep({ kind: 'moreExecutions' })] : rows;
      }
      case 'execution':
        return this.#jobNodes(node.executionId);
      case 'job': {
        const job = this.#jobs.get(node.jobId);
        return job === undefined ? [] : this.#fileNodes(node, await this.#files.load(job));
      }
      case 'folder': {
        const found = this.#files.find(node.jobId, node.path);
        return found?.kind === 'folder' ? this.#fileNodes(node, found.children) : [];
      }
      case 'file':
      case 'moreExecutions':
      case 'moreJobs':
        return [];
    }
  }

  async #jobNodes(executionId: number): Promise<ExecutionsNode[]> {
    const { jobs, hasMore } = await this.#shown.load(executionId);
    const rows = jobs.map((job) => this.jobNode({ executionId, jobId: job.id }));
    await this.#prepared.prepare(rows, nodeId, (node) => this.#draw(node));
    return hasMore ? [...rows, this.#nodes.keep({ kind: 'moreJobs', executionId })] : rows;
  }

  #draw(node: ExecutionsNode): TreeItem {
    const row = this.#row(node);
    row.id = nodeId(node);
    this.#drawn.add(row);
    return row;
  }

  #fileNodes(
    { executionId, jobId }: JobNode | FolderNode,
    nodes: readonly FileTreeNode<ChangedFile>[],
  ): ExecutionsNode[] {
    return nodes.map(({ kind, path }) =>
      this.#nodes.keep<FolderNode | FileNode>({ kind, executionId, jobId, path }),
    );
  }

  /** For a tooltip, which must not fail: without an answer it says the rest. */
  async #whyWaiting(job: JobView): Promise<WaitingView | undefined> {
    if (job.state !== 'queued') return undefined;
    try {
      return await this.#parts.waits.ask(job.id);
    } catch (error) {
      this.#parts.log.warn(`Why ${this.#parts.names.of(job)} waits: ${String(error)}`);
      return undefined;
    }
  }

  #row(node: ExecutionsNode): TreeItem {
    // What is gone since VS Code asked for it is empty; the list that follows leaves it out.
    return this.#rows.of(node) ?? new TreeItem('');
  }

  #followExecutions({ rows, members, gone, dropped }: RowChanges): void {
    // Some go without a word: with a list that is had anew, or with the service that is meant no more.
    if (members.size > 0 || dropped.size > 0 || gone.size > 0)
      this.#shown.keepOnly((executionId) => this.#executions.get(executionId) !== undefined);
    if (members.size > 0 || dropped.size > 0) this.#changes.redrawAll();
    this.#changes.look([...rows].map((id) => this.executionNode(id)));
  }

  #followJobs({ rows, members, dropped }: RowChanges): void {
    this.#changes.look([...members].map((executionId) => this.executionNode(executionId)));
    if (dropped.size > 0) this.#forgetJobs(dropped);
    this.#look([...rows].map(jobNodeId));
    for (const jobId of rows) this.#lookAtFiles(jobId);
  }

  /** Of a Job that has ended the row says nothing about its Attempt, and a redraw would disturb who opens it. */
  #followAttempts(jobIds: ReadonlySet<number>): void {
    const running = [...jobIds].filter((jobId) => this.#jobs.get(jobId)?.state === 'running');
    this.#look(running.map(jobNodeId));
  }

  /** The rows of these Executions are not kept any more; VS Code asks for them again when they are opened. */
  #forgetJobs(executionIds: ReadonlySet<number>): void {
    const forgotten = this.#nodes.forget(
      (node) => node.kind !== 'execution' && 'executionId' in node && executionIds.has(node.executionId),
    );
    for (const id of forgotten) this.#drawn.delete(id);
    for (const executionId of executionIds) this.#shown.forget(executionId);
    this.#files.forget((jobId) => this.#jobs.get(jobId) === undefined);
    this.#changes.redraw([...executionIds].map((executionId) => this.executionNode(executionId)));
  }

  /** Has rows that VS Code asked for drawn again where they look otherwise. */
  #look(ids: readonly string[]): void {
    this.#changes.look(ids.flatMap((id) => this.#nodes.find(id) ?? []));
  }

  #lookAtJob(jobId: number): void {
    this.#look([jobNodeId(jobId)]);
    this.#lookAtFiles(jobId);
  }

  /** The selection of files may be another; where it is, that is told. */
  #lookAtFiles(jobId: number): void {
    const job = this.#files.has(jobId) ? this.#jobs.get(jobId) : undefined;
    if (job === undefined) return;
    this.#parts.files.load(job).catch((error: unknown) => {
      this.#parts.log.warn(`The files of ${this.#parts.names.of(job)}: ${String(error)}`);
    });
  }

  /** Draws again what a new list of a Job's files makes look otherwise. */
  #redrawFiles(jobId: number): void {
    const node = this.#nodes.find(jobNodeId(jobId));
    const isOther = this.#files.renew(jobId);
    if (isOther === 'rows' && node !== undefined) this.#changes.redraw([node]);
    if (isOther === 'looks') this.#look(idsBelow(jobId, this.#files.tree(jobId)));
  }

  #isOutdated(node: ExecutionsNode): boolean {
    if (node.kind === 'execution' && this.#shown.hasOthers(node.executionId)) return true;
    return this.#drawn.isOutdated(nodeId(node), this.#row(node));
  }
}

function idsBelow(jobId: number, tree: readonly FileTreeNode<ChangedFile>[]): string[] {
  return tree.flatMap((node) => [
    filesNodeId(node.kind, jobId, node.path),
    ...(node.kind === 'folder' ? idsBelow(jobId, node.children) : []),
  ]);
}
