/** What the rows of the trees are about. Nodes carry ids only; what a row shows is read from the model. */
import type { Uri } from 'vscode';

export interface ExecutionNode {
  readonly kind: 'execution';
  readonly executionId: number;
}

export interface JobNode {
  readonly kind: 'job';
  readonly executionId: number;
  readonly jobId: number;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly executionId: number;
  readonly jobId: number;
  readonly path: string;
}

export interface FileNode {
  readonly kind: 'file';
  readonly executionId: number;
  readonly jobId: number;
  readonly path: string;
}

/** Stands for the Executions that are not shown yet. */
export interface MoreExecutionsNode {
  readonly kind: 'moreExecutions';
}

/** Stands for the Jobs of an Execution that are not shown yet. */
export interface MoreJobsNode {
  readonly kind: 'moreJobs';
  readonly executionId: number;
}

export interface AttemptNode {
  readonly kind: 'attempt';
  readonly jobId: number;
  readonly attemptId: number;
}

export interface StepNode {
  readonly kind: 'step';
  readonly jobId: number;
  readonly attemptId: number;
  readonly index: number;
}

export interface CampaignNode {
  readonly kind: 'campaign';
  readonly campaignId: number;
}

export interface ChangesetNode {
  readonly kind: 'changeset';
  readonly campaignId: number;
  readonly changesetId: number;
}

/** Stands for the Campaigns that are not shown yet. */
export interface MoreCampaignsNode {
  readonly kind: 'moreCampaigns';
}

export interface RunnerNode {
  readonly kind: 'runner';
  readonly runnerId: string;
}

/** A Job that a Runner works on. */
export interface RunnerJobNode {
  readonly kind: 'runnerJob';
  readonly runnerId: string;
  readonly executionId: number;
  readonly jobId: number;
  readonly attemptId: number;
}

/** An action file of the workspace. */
export interface ActionFileNode {
  readonly kind: 'actionFile';
  readonly uri: Uri;
}

/** An Action that the service keeps. */
export interface ActionNode {
  readonly kind: 'action';
  readonly actionId: number;
}

export interface ActionGroupNode {
  readonly kind: 'actionGroup';
  readonly group: 'workspace' | 'service';
}

export type ExecutionsNode =
  | ExecutionNode
  | JobNode
  | FolderNode
  | FileNode
  | MoreExecutionsNode
  | MoreJobsNode;
export type CampaignsNode = CampaignNode | ChangesetNode | MoreCampaignsNode;
export type JobLogsNode = AttemptNode | StepNode;
export type ActionsNode = ActionFileNode | ActionNode | ActionGroupNode;
export type RunnersNode = RunnerNode | RunnerJobNode;
export type TreeNode = ExecutionsNode | CampaignsNode | JobLogsNode | ActionsNode | RunnersNode;

/** Unique among all trees, and the same for as long as the thing itself. */
export function nodeId(node: TreeNode): string {
  switch (node.kind) {
    case 'execution':
      return `execution ${node.executionId}`;
    case 'job':
      return jobNodeId(node.jobId);
    case 'folder':
    case 'file':
      return filesNodeId(node.kind, node.jobId, node.path);
    case 'moreExecutions':
      return 'more executions';
    case 'moreJobs':
      return `more ${node.executionId}`;
    case 'campaign':
      return `campaign ${node.campaignId}`;
    case 'changeset':
      return changesetNodeId(node.changesetId);
    case 'moreCampaigns':
      return 'more campaigns';
    case 'attempt':
      return `attempt ${node.attemptId}`;
    case 'step':
      return `step ${node.attemptId} ${node.index}`;
    case 'runner':
      return runnerNodeId(node.runnerId);
    case 'runnerJob':
      return `running ${node.runnerId} ${node.attemptId}`;
    case 'actionFile':
      return `file ${node.uri.toString()}`;
    case 'action':
      return `action ${node.actionId}`;
    case 'actionGroup':
      return `group ${node.group}`;
  }
}

/** {@link nodeId} of a Job, of which only the id is known. */
export function jobNodeId(jobId: number): string {
  return `job ${jobId}`;
}

/** {@link nodeId} of a Changeset, of which only the id is known. */
export function changesetNodeId(changesetId: number): string {
  return `changeset ${changesetId}`;
}

/** {@link nodeId} of a folder or a file below a Job. */
export function filesNodeId(kind: 'folder' | 'file', jobId: number, path: string): string {
  return `${kind} ${jobId} ${path}`;
}

/** {@link nodeId} of a Runner. */
export function runnerNodeId(runnerId: string): string {
  return `runner ${runnerId}`;
}

/** A node of one of some kinds, when that is what a menu passed to a command. */
export function nodeOf<K extends TreeNode['kind']>(
  argument: unknown,
  ...kinds: readonly K[]
): Extract<TreeNode, { kind: K }> | undefined {
  const { kind } = (argument ?? {}) as { kind?: unknown };
  return kinds.some((wanted) => wanted === kind) ? (argument as Extract<TreeNode, { kind: K }>) : undefined;
}

/** Keeps one object for each node: VS Code knows a row by the object it was given. */
export class NodeCache<N extends TreeNode> {
  readonly #nodes = new Map<string, N>();

  /** The object that stands for this node. */
  keep<M extends N>(node: M): M {
    const id = nodeId(node);
    const known = this.#nodes.get(id);
    // Equal ids have equal kinds and contents: a node carries nothing that its id does not say.
    if (known !== undefined) return known as M;
    this.#nodes.set(id, node);
    return node;
  }

  /** The object that was handed out for the node of this id, if any was: only then there is a row to refresh. */
  find(id: string): N | undefined {
    return this.#nodes.get(id);
  }

  /** Forgets the nodes for which this holds; returns their ids. */
  forget(isOver: (node: N) => boolean): readonly string[] {
    const ids = [...this.#nodes].flatMap(([id, node]) => (isOver(node) ? [id] : []));
    for (const id of ids) this.#nodes.delete(id);
    return ids;
  }

  clear(): void {
    this.#nodes.clear();
  }
}
