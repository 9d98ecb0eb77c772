import type { AttemptView, ExecutionView, JobView } from '@flotilla/shared/views';
import type { TreeItem } from 'vscode';
import type { Collection } from '../../model/collection.ts';
import type { JobNames } from '../../model/jobNames.ts';
import { liveAttempts } from '../../model/liveAttempts.ts';
import { liveExecutions } from '../../model/liveExecutions.ts';
import { liveJobs } from '../../model/liveJobs.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import type { Waits } from '../../model/waits.ts';
import { filesBelow } from './fileTree.ts';
import { executionRow, fileRow, folderRow, jobRow, moreRow } from './executionRows.ts';
import type { ExecutionsNode, FileNode, FolderNode } from '../nodes.ts';
import { rowUri } from './rowUri.ts';
import type { ShownFiles } from './shownFiles.ts';
import type { ShownJobs } from './shownJobs.ts';

interface ExecutionsRowsParts {
  readonly model: LiveModel;
  readonly names: JobNames;
  readonly waits: Waits;
  readonly shown: ShownJobs;
  readonly shownFiles: ShownFiles;
}

/** What the rows of the tree *Executions* show, by what is held of the things that they are about. */
export class ExecutionsRows {
  readonly #parts: ExecutionsRowsParts;
  readonly #executions: Collection<ExecutionView>;
  readonly #jobs: Collection<JobView>;
  readonly #attempts: Collection<AttemptView>;

  constructor(parts: ExecutionsRowsParts) {
    this.#parts = parts;
    this.#executions = parts.model.of(liveExecutions);
    this.#jobs = parts.model.of(liveJobs);
    this.#attempts = parts.model.of(liveAttempts);
  }

  /** The row of a node; undefined where what it is about is not held any more. */
  of(node: ExecutionsNode): TreeItem | undefined {
    const { model, shown } = this.#parts;
    switch (node.kind) {
      case 'execution': {
        const execution = this.#executions.get(node.executionId);
        return execution && executionRow(execution, model.serverTime, shown.isOpened(execution.id));
      }
      case 'job': {
        const job = this.#jobs.get(node.jobId);
        return job && this.#jobRow(job);
      }
      case 'folder':
      case 'file':
        return this.#fileTreeRow(node);
      case 'moreExecutions':
        return showMoreRow(node, this.#executions.rows()?.length ?? 0, undefined);
      case 'moreJobs': {
        const { executionId } = node;
        return showMoreRow(node, shown.countOf(executionId), this.#jobs.rows(executionId)?.length);
      }
    }
  }

  #jobRow(job: JobView): TreeItem {
    const { model, names, waits } = this.#parts;
    const waiting = job.state === 'queued' ? waits.follow(job) : undefined;
    const attempt = job.currentAttemptId === null ? undefined : this.#attempts.get(job.currentAttemptId);
    return jobRow(names.named(job), model.serverTime, attempt, waiting);
  }

  #fileTreeRow({ executionId, jobId, path }: FolderNode | FileNode): TreeItem | undefined {
    const found = this.#parts.shownFiles.find(jobId, path);
    if (found === undefined) return undefined;
    if (found.kind === 'folder') return folderRow(found.name, path, filesBelow(found));
    const row = fileRow(found.name, found.file, rowUri(jobId, path));
    const target: ExecutionsNode = { kind: 'file', executionId, jobId, path };
    row.command = { command: 'flotilla.openDiff', title: '', arguments: [target] };
    return row;
  }
}

function showMoreRow(node: ExecutionsNode, shown: number, total: number | undefined): TreeItem {
  const row = moreRow(shown, total);
  row.command = { command: 'flotilla.showMore', title: '', arguments: [node] };
  return row;
}
