import { targetNames } from '@flotilla/shared/target/targetNames';
import type { AttemptView, RunnerJobView, RunnerView } from '@flotilla/shared/views';
import { l10n, TreeItem } from 'vscode';
import type { Connection } from '../../connection/connection.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import { liveAttempts } from '../../model/liveAttempts.ts';
import { liveRunners } from '../../model/liveRunners.ts';
import type { WholeList } from '../../model/wholeList.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import type { Rows } from '../../platform/treePane.ts';
import type { Log } from '../../platform/log.ts';
import { DrawnRows } from '../drawnRows.ts';
import { NodeCache, nodeId, runnerNodeId, type RunnersNode } from '../nodes.ts';
import { runnerJobRow, runnerRow, runnerTooltip } from './runnerRows.ts';
import { TreeChanges } from '../treeChanges.ts';

/** Runners that come or go draw the whole tree again. */
const treeIntervalMs = 1000;

/** The Jobs that a Runner works on, and what each is called among them. */
interface ListedJobs {
  readonly jobs: readonly RunnerJobView[];
  readonly nameOf: (job: RunnerJobView) => string;
}

export interface RunnersTreeParts {
  readonly connection: Connection;
  readonly model: LiveModel;
  readonly log: Log;
}

/** The Runners of the service, by name, each with the Jobs that it works on. A click shows the Job. */
export class RunnersTree implements Rows<RunnersNode>, Disposable {
  readonly #parts: RunnersTreeParts;
  readonly #runners: WholeList<RunnerView>;
  readonly #owned = new Disposables();
  readonly #changes = this.#owned.own(
    new TreeChanges<RunnersNode>(
      { parentOf: (node) => this.getParent(node), isOutdated: (node) => this.#isOutdated(node) },
      treeIntervalMs,
    ),
  );
  readonly #nodes = new NodeCache<RunnersNode>();
  readonly #drawn = new DrawnRows();
  /** The Jobs of the Runners that were opened, as they were when VS Code last asked. */
  readonly #jobs = new Map<string, ListedJobs>();
  #shown: readonly string[] = [];

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(parts: RunnersTreeParts) {
    this.#parts = parts;
    this.#runners = parts.model.of(liveRunners);
    this.#owned.own(this.#runners.onDidChange(() => this.#redraw()));
    this.#owned.own(parts.model.of(liveAttempts).onDidHear((attempts) => this.#redrawBusy(attempts)));
  }

  getTreeItem(node: RunnersNode): TreeItem {
    const row = this.#row(node);
    row.id = nodeId(node);
    this.#drawn.add(row);
    return row;
  }

  async getChildren(node?: RunnersNode): Promise<RunnersNode[]> {
    if (node?.kind === 'runnerJob') return [];
    if (node !== undefined) return this.#changes.load(node, () => this.#jobNodes(node.runnerId));
    const runners = this.#runners.rows ?? [];
    this.#shown = runners.map(({ id }) => id);
    return runners.map(({ id }) => this.#nodes.keep({ kind: 'runner', runnerId: id }));
  }

  getParent(node: RunnersNode): RunnersNode | undefined {
    return node.kind === 'runner' ? undefined : this.#nodes.keep({ kind: 'runner', runnerId: node.runnerId });
  }

  async resolveTreeItem(item: TreeItem, node: RunnersNode): Promise<TreeItem> {
    const runner = node.kind === 'runner' ? await this.#seenNow(node.runnerId) : undefined;
    if (runner !== undefined) item.tooltip = runnerTooltip(runner, this.#parts.model.serverTime);
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #jobNodes(runnerId: string): Promise<RunnersNode[]> {
    const { connection, log } = this.#parts;
    try {
      const jobs = await connection.use((client) => client.runners.jobs.query({ runnerId }));
      this.#jobs.set(runnerId, { jobs, nameOf: targetNames(jobs) });
      return jobs.map(({ attemptId, jobId, executionId }) =>
        this.#nodes.keep({ kind: 'runnerJob', runnerId, executionId, jobId, attemptId }),
      );
    } catch (error) {
      // They come when the connection is back.
      log.warn(`The jobs of runner ${runnerId}: ${String(error)}`);
      return [];
    }
  }

  /** A Runner with its last sign of life, which the feed does not follow; without an answer as it is held. */
  async #seenNow(runnerId: string): Promise<RunnerView | undefined> {
    const { connection, log } = this.#parts;
    const held = this.#runner(runnerId);
    if (held?.online !== true) return held;
    try {
      const runners = await connection.use((client) => client.runners.list.query());
      return runners.find(({ id }) => id === runnerId) ?? held;
    } catch (error) {
      log.warn(`When runner ${runnerId} was last seen: ${String(error)}`);
      return held;
    }
  }

  #runner(runnerId: string): RunnerView | undefined {
    return this.#runners.rows?.find(({ id }) => id === runnerId);
  }

  #row(node: RunnersNode): TreeItem {
    if (node.kind === 'runner') {
      const runner = this.#runner(node.runnerId);
      if (runner !== undefined) return runnerRow(runner, this.#parts.model.serverTime);
    } else {
      const listed = this.#jobs.get(node.runnerId);
      const job = listed?.jobs.find(({ attemptId }) => attemptId === node.attemptId);
      if (listed !== undefined && job !== undefined) {
        const row = runnerJobRow(job, listed.nameOf(job), this.#parts.model.serverTime);
        row.command = { command: 'flotilla.showJob', title: l10n.t('Show Job'), arguments: [node] };
        return row;
      }
    }
    // It is gone since VS Code asked for it; the list that follows leaves it out.
    return new TreeItem('');
  }

  #redraw(): void {
    const rows = this.#runners.rows ?? [];
    const isOther = rows.length !== this.#shown.length || rows.some(({ id }, at) => id !== this.#shown[at]);
    if (isOther) this.#changes.redrawAll();
    this.#changes.look(rows.flatMap(({ id }) => this.#nodes.find(runnerNodeId(id)) ?? []));
  }

  /** Draws the Runners again that have other Jobs, where those are shown. */
  #redrawBusy(attempts: readonly AttemptView[]): void {
    const names = new Set(attempts.map(({ runner }) => runner));
    const busy = (this.#runners.rows ?? []).filter(({ id, name }) => names.has(name) && this.#jobs.has(id));
    this.#changes.redraw(busy.flatMap(({ id }) => this.#nodes.find(runnerNodeId(id)) ?? []));
  }

  #isOutdated(node: RunnersNode): boolean {
    return this.#drawn.isOutdated(nodeId(node), this.#row(node));
  }
}
