import type { ChangedFile, JobView, WaitingView } from '@flotilla/shared/views';
import { TreeItem } from 'vscode';
import type { ChangedFiles } from '../../model/changedFiles.ts';
import type { JobNames } from '../../model/jobNames.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import type { Touched } from '../../model/modelState.ts';
import type { Waits } from '../../model/waits.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import type { Rows } from '../../platform/treePane.ts';
import type { Log } from '../../platform/log.ts';
import { DrawnRows } from '../drawnRows.ts';
import { executionRow, fileRow, folderRow, jobRow, moreRow } from './executionRows.ts';
import { executionTooltip, jobTooltip } from './executionTooltips.ts';
import { filesBelow, fileTree, type FileTreeNode } from './fileTree.ts';
import { NodeCache, nodeId, type ExecutionsNode, type JobNode } from '../nodes.ts';
import { rowUri } from './rowUri.ts';
import { TreeChanges } from '../treeChanges.ts';

/** Executions that come or go draw the whole tree again. */
const treeIntervalMs = 1000;
/** So many Jobs of an Execution are rows at first, and with each *Show More*. */
const pageSize = 200;

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
  readonly #owned = new Disposables();
  readonly #changes = this.#owned.own(
    new TreeChanges<ExecutionsNode>((node) => this.getParent(node), treeIntervalMs),
  );
  readonly #nodes = new NodeCache<ExecutionsNode>();
  /** The trees of lists of files; a list is never changed in place. */
  readonly #fileTrees = new WeakMap<readonly ChangedFile[], readonly FileTreeNode<ChangedFile>[]>();
  /** How many Jobs of an Execution are rows, where it is more than a page. */
  readonly #shown = new Map<number, number>();
  readonly #drawn = new DrawnRows();
  /** The Executions whose Jobs are shown. */
  readonly #opened = new Set<number>();
  /** The lists of files whose rows VS Code has asked for, by Job. */
  readonly #listed = new Map<number, readonly ChangedFile[]>();
  readonly onDidChangeTreeData = this.#changes.event;

  constructor(parts: ExecutionsTreeParts) {
    this.#parts = parts;
    this.#owned.own(parts.model.onDidChange((touched) => this.#redraw(touched)));
    this.#owned.own(parts.files.onDidChange((jobId) => this.#redrawFiles(jobId)));
    this.#owned.own(parts.waits.onDidChange((jobId) => this.#redrawJob(jobId)));
  }

  getTreeItem(node: ExecutionsNode): TreeItem {
    const row = this.#row(node);
    row.id = nodeId(node);
    this.#drawn.add(row);
    return row;
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
        return undefined;
      case 'more':
        return node.executionId === null ? undefined : this.executionNode(node.executionId);
      case 'job':
        return this.executionNode(node.executionId);
      case 'folder':
      case 'file':
        return this.#nodes.keep({ kind: 'job', executionId: node.executionId, jobId: node.jobId });
    }
  }

  async resolveTreeItem(item: TreeItem, node: ExecutionsNode): Promise<TreeItem> {
    if (node.kind === 'execution') {
      const execution = this.#parts.model.execution(node.executionId);
      if (execution !== undefined) item.tooltip = executionTooltip(execution);
    } else if (node.kind === 'job') {
      const job = this.#parts.model.job(node.executionId, node.jobId);
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
  jobNode({ executionId, jobId }: JobNode): ExecutionsNode {
    return this.#nodes.keep({ kind: 'job', executionId, jobId });
  }

  /** The files below a row with a checkbox; null for a whole Job. */
  filesOf(node: ExecutionsNode): readonly ChangedFile[] | null {
    if (node.kind === 'folder' || node.kind === 'file') {
      const found = this.#treeNode(node.jobId, node.path);
      return found === undefined ? [] : filesBelow(found);
    }
    return null;
  }

  /** Shows the next page of an Execution's Jobs. */
  showMoreJobs(executionId: number): void {
    this.#shown.set(executionId, (this.#shown.get(executionId) ?? pageSize) + pageSize);
    this.#changes.redraw([this.executionNode(executionId)]);
  }

  /** Remembers whether the Jobs of an Execution are shown: its row then leaves to them how far it is. */
  setOpened(executionId: number, isOpened: boolean): void {
    if (isOpened) this.#opened.add(executionId);
    else this.#opened.delete(executionId);
    this.#parts.waits.setOpened(executionId, isOpened);
    // VS Code keeps the rows of a collapsed one; why they wait was not followed meanwhile.
    const jobs = isOpened ? (this.#parts.model.jobs(executionId) ?? []) : [];
    for (const { id, state } of jobs) if (state === 'queued') this.#redrawJob(id);
    this.#redrawExecution(executionId);
  }

  /** Draws the rows of what is running again: the time they show has moved on. */
  redrawRunning(): void {
    const { model } = this.#parts;
    for (const execution of model.executions) {
      if (execution.endedAt !== null) continue;
      this.#redrawExecution(execution.id);
      for (const job of model.jobs(execution.id) ?? []) {
        if (job.state === 'running') this.#redrawJob(job.id);
      }
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #children(node?: ExecutionsNode): Promise<ExecutionsNode[]> {
    const { model, files } = this.#parts;
    if (node === undefined) {
      const rows = model.executions.map((execution) => this.executionNode(execution.id));
      return model.hasMore ? [...rows, this.#nodes.keep({ kind: 'more', executionId: null })] : rows;
    }
    if (node.kind === 'execution') return this.#jobNodes(node.executionId);
    if (node.kind === 'job') {
      const job = model.job(node.executionId, node.jobId);
      if (job === undefined) return [];
      const list = await files.load(job);
      this.#listed.set(job.id, list);
      return this.#fileNodes(job, this.#fileTree(list));
    }
    if (node.kind === 'folder') {
      const job = model.job(node.executionId, node.jobId);
      const found = this.#treeNode(node.jobId, node.path);
      return job !== undefined && found?.kind === 'folder' ? this.#fileNodes(job, found.children) : [];
    }
    return [];
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

  async #jobNodes(executionId: number): Promise<ExecutionsNode[]> {
    const jobs = await this.#parts.model.loadJobs(executionId);
    const shown = this.#shown.get(executionId) ?? pageSize;
    const rows = jobs
      .slice(0, shown)
      .map((job): ExecutionsNode => this.#nodes.keep({ kind: 'job', executionId, jobId: job.id }));
    return jobs.length > shown ? [...rows, this.#nodes.keep({ kind: 'more', executionId })] : rows;
  }

  #fileNodes(job: JobView, nodes: readonly FileTreeNode<ChangedFile>[]): ExecutionsNode[] {
    return nodes.map(({ kind, path }) =>
      this.#nodes.keep<ExecutionsNode>({ kind, executionId: job.executionId, jobId: job.id, path }),
    );
  }

  #treeNode(jobId: number, path: string): FileTreeNode<ChangedFile> | undefined {
    return findNode(this.#fileTree(this.#parts.files.get(jobId) ?? []), path);
  }

  #fileTree(files: readonly ChangedFile[]): readonly FileTreeNode<ChangedFile>[] {
    const tree = this.#fileTrees.get(files) ?? fileTree(files);
    this.#fileTrees.set(files, tree);
    return tree;
  }

  #row(node: ExecutionsNode): TreeItem {
    const { model } = this.#parts;
    if (node.kind === 'execution') {
      const execution = model.execution(node.executionId);
      if (execution !== undefined) {
        return executionRow(execution, model.serverTime, this.#opened.has(execution.id));
      }
    } else if (node.kind === 'more') {
      return this.#moreRow(node.executionId, node);
    } else {
      const job = model.job(node.executionId, node.jobId);
      if (job !== undefined && node.kind === 'job') {
        const waiting = job.state === 'queued' ? this.#parts.waits.follow(job) : undefined;
        const named = this.#parts.names.named(job);
        return jobRow(named, model.serverTime, model.attempt(job.id, job.currentAttemptId), waiting);
      }
      const found = this.#treeNode(node.jobId, node.kind === 'job' ? '' : node.path);
      if (job !== undefined && found !== undefined) return this.#fileTreeRow(job, found);
    }
    // It is gone since VS Code asked for it; the list that follows leaves it out.
    return new TreeItem('');
  }

  #moreRow(executionId: number | null, node: ExecutionsNode): TreeItem {
    const { model } = this.#parts;
    const row =
      executionId === null
        ? moreRow(model.executions.length, undefined)
        : moreRow(this.#shown.get(executionId) ?? pageSize, model.jobs(executionId)?.length);
    row.command = { command: 'flotilla.showMore', title: '', arguments: [node] };
    return row;
  }

  #fileTreeRow(job: JobView, node: FileTreeNode<ChangedFile>): TreeItem {
    if (node.kind === 'folder') return folderRow(node.name, node.path, filesBelow(node));
    const row = fileRow(node.name, node.file, rowUri(job.id, node.path));
    const target: ExecutionsNode = {
      kind: 'file',
      executionId: job.executionId,
      jobId: job.id,
      path: node.path,
    };
    row.command = { command: 'flotilla.openDiff', title: '', arguments: [target] };
    return row;
  }

  #redraw({ list, executions, jobs, jobLists, attempts }: Touched): void {
    if (list) {
      this.#changes.redrawAll();
      return;
    }
    this.#changes.redraw([...jobLists].map((executionId) => this.executionNode(executionId)));
    for (const executionId of executions) this.#redrawExecution(executionId);
    for (const jobId of jobs) this.#redrawJob(jobId);
    for (const jobId of attempts) {
      // Of a Job that has ended the row says nothing about its Attempt, and a redraw would disturb who opens it.
      if (this.#parts.model.findJob(jobId)?.state === 'running') this.#redrawJob(jobId);
    }
  }

  #redrawExecution(executionId: number): void {
    const node = this.executionNode(executionId);
    if (this.#isOutdated(node)) this.#changes.redraw([node]);
  }

  #redrawJob(jobId: number): void {
    // Only the Job's id is in the node's id, so any Execution finds it.
    const node = this.#nodes.find({ kind: 'job', executionId: 0, jobId });
    if (node === undefined) return;
    if (this.#isOutdated(node)) this.#changes.redraw([node]);
    const job = this.#parts.model.findJob(jobId);
    if (job === undefined || !this.#listed.has(jobId)) return;
    // The selection of files may be another; where it is, that is told.
    this.#parts.files.load(job).catch((error: unknown) => {
      this.#parts.log.warn(`The files of ${this.#parts.names.of(job)}: ${String(error)}`);
    });
  }

  /** Draws again what a new list of a Job's files makes look otherwise. */
  #redrawFiles(jobId: number): void {
    const listed = this.#listed.get(jobId);
    const list = this.#parts.files.get(jobId);
    const node = this.#nodes.find({ kind: 'job', executionId: 0, jobId });
    if (node === undefined || list === undefined || listed === undefined) return;
    this.#listed.set(jobId, list);
    const isOther = listed.length !== list.length || listed.some(({ path }, at) => path !== list[at]?.path);
    this.#changes.redraw(isOther ? [node] : this.#outdatedBelow(jobId, this.#fileTree(list)));
  }

  #outdatedBelow(jobId: number, tree: readonly FileTreeNode<ChangedFile>[]): ExecutionsNode[] {
    return tree.flatMap((entry) => {
      const { kind, path } = entry;
      const node = this.#nodes.find({ kind, executionId: 0, jobId, path });
      const below = entry.kind === 'folder' ? this.#outdatedBelow(jobId, entry.children) : [];
      return node !== undefined && this.#isOutdated(node) ? [node, ...below] : below;
    });
  }

  #isOutdated(node: ExecutionsNode): boolean {
    return this.#drawn.isOutdated(nodeId(node), this.#row(node));
  }
}

function findNode<F>(nodes: readonly FileTreeNode<F>[], path: string): FileTreeNode<F> | undefined {
  for (const node of nodes) {
    if (node.path === path) return node;
    if (node.kind === 'folder' && path.startsWith(`${node.path}/`)) return findNode(node.children, path);
  }
  return undefined;
}
