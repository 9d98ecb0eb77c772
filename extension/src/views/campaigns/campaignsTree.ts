import type { CampaignView, ChangesetView } from '@flotilla/shared/campaign/views';
import { l10n, TreeItem } from 'vscode';
import type { Collection } from '../../model/collection.ts';
import type { ListNames } from '../../model/listNames.ts';
import { liveCampaigns } from '../../model/liveCampaigns.ts';
import { liveChangesets } from '../../model/liveChangesets.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import type { RowChanges } from '../../model/rowChanges.ts';
import { Coalescer } from '../../platform/coalescer.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import type { Rows } from '../../platform/treePane.ts';
import { DrawnRows } from '../drawnRows.ts';
import { moreRow } from '../executions/executionRows.ts';
import { changesetNodeId, NodeCache, nodeId, type CampaignsNode } from '../nodes.ts';
import { PreparedRows } from '../preparedRows.ts';
import { TreeChanges } from '../treeChanges.ts';
import { campaignRow, campaignTooltip, changesetRow, changesetTooltip } from './campaignRows.ts';
import { ShownChangesets } from './shownChangesets.ts';

/**
 * A Campaign is drawn again with all its Changesets, and each of them that moves on moves its numbers: the more are opened, the
 * less often. A single one shows at once.
 */
const campaignIntervalMs = 1000;
const campaignIntervalMsOfAChangeset = 1;

export interface CampaignsTreeParts {
  readonly model: LiveModel;
  readonly names: ListNames<ChangesetView>;
  readonly log: Log;
}

/** Campaigns, newest first, and their Changesets, those that need somebody first. */
export class CampaignsTree implements Rows<CampaignsNode>, Disposable {
  readonly #parts: CampaignsTreeParts;
  readonly #campaigns: Collection<CampaignView>;
  readonly #changesets: Collection<ChangesetView>;
  readonly #shown: ShownChangesets;
  readonly #owned = new Disposables();
  readonly #intervalMs = () => campaignIntervalMs + campaignIntervalMsOfAChangeset * this.#shown.count;
  readonly #changes = this.#owned.own(
    new TreeChanges<CampaignsNode>(
      { parentOf: (node) => this.getParent(node), isOutdated: (node) => this.#isOutdated(node) },
      this.#intervalMs,
    ),
  );
  /** Campaigns that may look otherwise, or have their Changesets in another order. */
  readonly #moved = this.#owned.own(
    new Coalescer<CampaignsNode>(this.#intervalMs, (nodes) => this.#changes.look(nodes)),
  );
  readonly #nodes = new NodeCache<CampaignsNode>();
  readonly #drawn = new DrawnRows();
  readonly #prepared = new PreparedRows();

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(parts: CampaignsTreeParts) {
    this.#parts = parts;
    this.#campaigns = parts.model.of(liveCampaigns);
    this.#changesets = parts.model.of(liveChangesets);
    this.#shown = this.#owned.own(new ShownChangesets(this.#changesets));
    this.#owned.own(this.#campaigns.onDidChange((changes) => this.#followCampaigns(changes)));
    this.#owned.own(this.#changesets.onDidChange((changes) => this.#followChangesets(changes)));
  }

  getTreeItem(node: CampaignsNode): TreeItem {
    return this.#prepared.take(nodeId(node)) ?? this.#draw(node);
  }

  async getChildren(node?: CampaignsNode): Promise<CampaignsNode[]> {
    try {
      return await this.#changes.load(node, () => this.#children(node));
    } catch (error) {
      // The rows come when the connection is back.
      this.#parts.log.warn(
        `The rows below ${node === undefined ? 'the root' : nodeId(node)}: ${String(error)}`,
      );
      return [];
    }
  }

  getParent(node: CampaignsNode): CampaignsNode | undefined {
    return node.kind === 'changeset' ? this.campaignNode(node.campaignId) : undefined;
  }

  async resolveTreeItem(item: TreeItem, node: CampaignsNode): Promise<TreeItem> {
    if (node.kind === 'campaign') {
      const campaign = this.#campaigns.get(node.campaignId);
      if (campaign !== undefined) item.tooltip = campaignTooltip(campaign);
    } else if (node.kind === 'changeset') {
      const changeset = this.#changesets.get(node.changesetId);
      if (changeset !== undefined) item.tooltip = changesetTooltip(changeset);
    }
    return item;
  }

  /** The row of a Campaign, to reveal it. */
  campaignNode(campaignId: number): CampaignsNode {
    return this.#nodes.keep({ kind: 'campaign', campaignId });
  }

  /** Remembers whether the Changesets of a Campaign are shown. */
  setOpened(campaignId: number, isOpened: boolean): void {
    if (isOpened) this.#shown.open(campaignId);
    else this.#shown.close(campaignId);
    // VS Code keeps the rows of a collapsed one; what has changed meanwhile it was not told.
    if (isOpened) this.#changes.look([this.campaignNode(campaignId)]);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #children(node?: CampaignsNode): Promise<CampaignsNode[]> {
    if (node === undefined) {
      const rows = (this.#campaigns.rows() ?? []).map(({ id }) => this.campaignNode(id));
      return this.#campaigns.hasMore() ? [...rows, this.#nodes.keep({ kind: 'moreCampaigns' })] : rows;
    }
    if (node.kind !== 'campaign') return [];
    const { campaignId } = node;
    const changesets = await this.#shown.load(campaignId);
    const rows = changesets.map(({ id }) =>
      this.#nodes.keep<CampaignsNode>({ kind: 'changeset', campaignId, changesetId: id }),
    );
    await this.#prepared.prepare(rows, nodeId, (row) => this.#draw(row));
    return rows;
  }

  #draw(node: CampaignsNode): TreeItem {
    const row = this.#row(node);
    row.id = nodeId(node);
    this.#drawn.add(row);
    return row;
  }

  #row(node: CampaignsNode): TreeItem {
    switch (node.kind) {
      case 'campaign': {
        const campaign = this.#campaigns.get(node.campaignId);
        if (campaign !== undefined) return campaignRow(campaign, this.#parts.model.serverTime);
        break;
      }
      case 'changeset': {
        const changeset = this.#changesets.get(node.changesetId);
        if (changeset !== undefined) return changesetRow(changeset, this.#parts.names.of(changeset));
        break;
      }
      case 'moreCampaigns': {
        const row = moreRow(this.#campaigns.rows()?.length ?? 0, undefined);
        row.command = { command: 'flotilla.showMore', title: l10n.t('Show More'), arguments: [node] };
        return row;
      }
    }
    // What is gone since VS Code asked for it is empty; the list that follows leaves it out.
    return new TreeItem('');
  }

  #followCampaigns({ rows, members, gone, dropped }: RowChanges): void {
    // Some go without a word: with a list that is had anew, or with the service that is meant no more.
    if (members.size > 0 || dropped.size > 0 || gone.size > 0)
      this.#shown.keepOnly((campaignId) => this.#campaigns.get(campaignId) !== undefined);
    if (members.size > 0 || dropped.size > 0) this.#changes.redrawAll();
    this.#moved.add([...rows].map((id) => this.campaignNode(id)));
  }

  #followChangesets({ rows, lists, dropped }: RowChanges): void {
    this.#moved.add([...lists].map((campaignId) => this.campaignNode(campaignId)));
    if (dropped.size > 0) this.#forget(dropped);
    this.#changes.look([...rows].flatMap((id) => this.#nodes.find(changesetNodeId(id)) ?? []));
  }

  /** The rows of these Campaigns are not kept any more; VS Code asks for them again when they are opened. */
  #forget(campaignIds: ReadonlySet<number>): void {
    const forgotten = this.#nodes.forget(
      (node) => node.kind === 'changeset' && campaignIds.has(node.campaignId),
    );
    for (const id of forgotten) this.#drawn.delete(id);
    for (const campaignId of campaignIds) this.#shown.forget(campaignId);
    this.#changes.redraw([...campaignIds].map((campaignId) => this.campaignNode(campaignId)));
  }

  #isOutdated(node: CampaignsNode): boolean {
    if (node.kind === 'campaign' && this.#shown.hasOthers(node.campaignId)) return true;
    return this.#drawn.isOutdated(nodeId(node), this.#row(node));
  }
}
