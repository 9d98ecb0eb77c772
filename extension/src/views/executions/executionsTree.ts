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
import { Disposables, onDispose, type Disposable } from '../../platform/disposables.ts';
import type { Rows } from '../../platform/treePane.ts';
import type { Log } from '../../platform/log.ts';
import { DrawnRows } from '../drawnRows.ts';
import { executionRow, fileRow, folderRow, jobRow, moreRow } from './executionRows.ts';
import { executionTooltip, jobTooltip } from './executionTooltips.ts';
import { FilesBelow } from './filesBelow.ts';
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
import { rowUri } from './rowUri.ts';
import { TreeChanges } from '../treeChanges.ts';

/** Executions that come or go draw the whole tree again. */
const treeIntervalMs = 1000;
/**
 * So many Jobs of an Execution are rows at first, and with each *Show More*: all of nearly every Execution, so that they
 * can be searched and scrolled through; see docs/decisions/0172-ten-thousand-rows.md.
 */
const pageSize = 10_000;
/** Rows that are made in one task: some ten milliseconds. */
const rowsAtOnce = 500;

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
  readonly #files: FilesBelow;
  readonly #owned = new Disposables();
  readonly #changes = this.#owned.own(
    new TreeChanges<ExecutionsNode>(
      { parentOf: (node) => this.getParent(node), isOutdated: (node) => this.#isOutdated(node) },
      treeIntervalMs,
    ),
  );
  readonly #nodes = new NodeCache<ExecutionsNode>();
  readonly #drawn = new DrawnRows();
  /** Rows that were made before VS Code asks for them, by the id of their node. */
  readonly #prepared = new Map<string, TreeItem>();
  /** How many Jobs of an Execution are rows, where it is more than a page. */
  readonly #shown = new Map<number, number>();
  /** The Executions whose Jobs are shown, each with what keeps its Jobs. */
  readonly #opened = new Map<number, Disposable>();
  /** The Jobs that VS Code was given below an Execution. */
  readonly #given = new Map<number, readonly JobView[]>();
  /** The lists of files whose rows VS Code has asked for, by Job. */
  readonly #listed = new Map<number, readonly ChangedFile[]>();

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(parts: ExecutionsTreeParts) {
    this.#parts = parts;
    this.#executions = parts.model.of(liveExecutions);
    this.#jobs = parts.model.of(liveJobs);
    this.#attempts = parts.model.of(liveAttempts);
    this.#files = new FilesBelow((jobId) => parts.files.get(jobId));
    this.#owned.own(this.#executions.onDidChange((changes) => this.#followExecutions(changes)));
    this.#owned.own(this.#jobs.onDidChange((changes) => this.#followJobs(changes)));
    this.#owned.own(this.#attempts.onDidChange(({ lists }) => this.#followAttempts(lists)));
    this.#owned.own(parts.files.onDidChange((jobId) => this.#redrawFiles(jobId)));
    this.#owned.own(parts.waits.onDidChange((jobId) => this.#lookAtJob(jobId)));
    this.#owned.own(onDispose(() => this.#opened.forEach((hold) => hold.dispose())));
  }

  getTreeItem(node: ExecutionsNode): TreeItem {
    const id = nodeId(node);
    const prepared = this.#prepared.get(id);
    this.#prepared.delete(id);
    return prepared ?? this.#draw(node, id);
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
    this.#shown.set(executionId, this.#countOfRows(executionId) + pageSize);
    this.#changes.redraw([this.executionNode(executionId)]);
  }

  /** Remembers whether the Jobs of an Execution are shown: its row then leaves to them how far it is. */
  setOpened(executionId: number, isOpened: boolean): void {
    if (isOpened) this.#keepJobs(executionId);
    else this.#letGoOfJobs(executionId);
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
      if (!this.#opened.has(execution.id)) continue;
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
        if (job === undefined) return [];
        this.#listed.set(job.id, await this.#parts.files.show(job));
        return this.#fileNodes(node, this.#files.tree(job.id));
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
    this.#keepJobs(executionId);
    this.#given.set(executionId, []);
    const jobs = await this.#jobs.load(executionId);
    this.#given.set(executionId, jobs);
    const shown = this.#countOfRows(executionId);
    const rows = jobs.slice(0, shown).map((job) => this.jobNode({ executionId, jobId: job.id }));
    await this.#prepare(rows);
    return jobs.length > shown ? [...rows, this.#nodes.keep({ kind: 'moreJobs', executionId })] : rows;
  }

  /** Makes many rows a few at a time. VS Code asks for all of them at once, and the host is every extension's. */
  async #prepare(nodes: readonly ExecutionsNode[]): Promise<void> {
    this.#prepared.clear();
    for (let from = 0; nodes.length - from > rowsAtOnce; from += rowsAtOnce) {
      for (const node of nodes.slice(from, from + rowsAtOnce)) {
        const id = nodeId(node);
        this.#prepared.set(id, this.#draw(node, id));
      }
      await nextTask();
    }
  }

  #draw(node: ExecutionsNode, id: string): TreeItem {
    const row = this.#row(node);
    row.id = id;
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

  /** Keeps the Jobs of an Execution whose rows VS Code asks for, until it is collapsed. */
  #keepJobs(executionId: number): void {
    if (!this.#opened.has(executionId)) this.#opened.set(executionId, this.#jobs.hold(executionId));
  }

  #letGoOfJobs(executionId: number): void {
    this.#opened.get(executionId)?.dispose();
    this.#opened.delete(executionId);
  }

  #countOfRows(executionId: number): number {
    return this.#shown.get(executionId) ?? pageSize;
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
    return this.#rowOf(node) ?? new TreeItem('');
  }

  #rowOf(node: ExecutionsNode): TreeItem | undefined {
    const now = this.#parts.model.serverTime;
    switch (node.kind) {
      case 'execution': {
        const execution = this.#executions.get(node.executionId);
        return execution && executionRow(execution, now, this.#opened.has(execution.id));
      }
      case 'job': {
        const job = this.#jobs.get(node.jobId);
        return job && this.#jobRow(job, now);
      }
      case 'folder':
      case 'file': {
        const found = this.#files.find(node.jobId, node.path);
        return found && this.#fileTreeRow(node, found);
      }
      case 'moreExecutions':
        return this.#moreRow(node, this.#executions.rows()?.length ?? 0, undefined);
      case 'moreJobs':
        return this.#moreRow(
          node,
          this.#countOfRows(node.executionId),
          this.#jobs.rows(node.executionId)?.length,
        );
    }
  }

  #jobRow(job: JobView, now: number): TreeItem {
    const { names, waits } = this.#parts;
    const waiting = job.state === 'queued' ? waits.follow(job) : undefined;
    const attempt = job.currentAttemptId === null ? undefined : this.#attempts.get(job.currentAttemptId);
    return jobRow(names.named(job), now, attempt, waiting);
  }

  #moreRow(node: ExecutionsNode, shown: number, total: number | undefined): TreeItem {
    const row = moreRow(shown, total);
    row.command = { command: 'flotilla.showMore', title: '', arguments: [node] };
    return row;
  }

  #fileTreeRow({ executionId, jobId }: FolderNode | FileNode, found: FileTreeNode<ChangedFile>): TreeItem {
    const { path } = found;
    if (found.kind === 'folder') return folderRow(found.name, path, filesBelow(found));
    const row = fileRow(found.name, found.file, rowUri(jobId, path));
    const target: ExecutionsNode = { kind: 'file', executionId, jobId, path };
    row.command = { command: 'flotilla.openDiff', title: '', arguments: [target] };
    return row;
  }

  #followExecutions({ rows, members, gone, dropped }: RowChanges): void {
    for (const executionId of gone) {
      this.#letGoOfJobs(executionId);
      this.#shown.delete(executionId);
    }
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
    for (const executionId of executionIds) this.#given.delete(executionId);
    for (const jobId of this.#listed.keys())
      if (this.#jobs.get(jobId) === undefined) this.#listed.delete(jobId);
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
    const job = this.#listed.has(jobId) ? this.#jobs.get(jobId) : undefined;
    if (job === undefined) return;
    this.#parts.files.load(job).catch((error: unknown) => {
      this.#parts.log.warn(`The files of ${this.#parts.names.of(job)}: ${String(error)}`);
    });
  }

  /** Draws again what a new list of a Job's files makes look otherwise. */
  #redrawFiles(jobId: number): void {
    const listed = this.#listed.get(jobId);
    const list = this.#parts.files.get(jobId);
    const node = this.#nodes.find(jobNodeId(jobId));
    if (node === undefined || list === undefined || listed === undefined) return;
    this.#listed.set(jobId, list);
    const isOther = listed.length !== list.length || listed.some(({ path }, at) => path !== list[at]?.path);
    if (isOther) this.#changes.redraw([node]);
    else this.#look(idsBelow(jobId, this.#files.tree(jobId)));
  }

  #isOutdated(node: ExecutionsNode): boolean {
    if (node.kind === 'execution' && this.#hasOtherJobs(node.executionId)) return true;
    return this.#drawn.isOutdated(nodeId(node), this.#row(node));
  }

  /** Whether other Jobs are below an Execution than VS Code was given. */
  #hasOtherJobs(executionId: number): boolean {
    const given = this.#given.get(executionId);
    const jobs = this.#jobs.rows(executionId);
    if (given === undefined || jobs === undefined) return false;
    return given.length !== jobs.length || given.some(({ id }, at) => id !== jobs[at]?.id);
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}

function idsBelow(jobId: number, tree: readonly FileTreeNode<ChangedFile>[]): string[] {
  return tree.flatMap((node) => [
    filesNodeId(node.kind, jobId, node.path),
    ...(node.kind === 'folder' ? idsBelow(jobId, node.children) : []),
  ]);
}
