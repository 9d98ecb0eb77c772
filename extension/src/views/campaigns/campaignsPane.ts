import type { CampaignView } from '@flotilla/shared/campaign/views';
import { l10n } from 'vscode';
import type { Connection } from '../../connection/connection.ts';
import { setContextKey } from '../../contributions/contextKeys.ts';
import type { Collection } from '../../model/collection.ts';
import { liveCampaigns } from '../../model/liveCampaigns.ts';
import type { LiveModel } from '../../model/liveModel.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import { TreePane } from '../../platform/treePane.ts';
import { holdWhileVisible } from '../holdWhileVisible.ts';
import type { CampaignsNode } from '../nodes.ts';
import { countNeeding } from './campaignText.ts';
import type { CampaignsTree } from './campaignsTree.ts';

/** The view *Campaigns*: its badge counts what waits for this user. */
export class CampaignsPane implements Disposable {
  readonly #campaigns: Collection<CampaignView>;
  readonly #tree: CampaignsTree;
  readonly #owned = new Disposables();
  readonly #pane: TreePane<CampaignsNode>;

  constructor(connection: Connection, model: LiveModel, tree: CampaignsTree) {
    this.#campaigns = model.of(liveCampaigns);
    this.#tree = tree;
    this.#pane = this.#owned.own(
      new TreePane('flotilla.campaigns', tree, { canSelectMany: true, showCollapseAll: true }),
    );
    const { view } = this.#pane;
    this.#owned.own(holdWhileVisible(view, connection));
    this.#owned.own(model.onDidChange(() => this.#show()));
    this.#owned.own(view.onDidExpandElement(({ element }) => this.#setOpened(element, true)));
    this.#owned.own(view.onDidCollapseElement(({ element }) => this.#setOpened(element, false)));
    this.#show();
  }

  /** Shows a Campaign, opened, without taking the focus. */
  async reveal(campaignId: number): Promise<void> {
    await this.#pane.view.reveal(this.#tree.campaignNode(campaignId), {
      select: true,
      focus: false,
      expand: true,
    });
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #setOpened(node: CampaignsNode, isOpened: boolean): void {
    if (node.kind === 'campaign') this.#tree.setOpened(node.campaignId, isOpened);
  }

  #show(): void {
    const rows = this.#campaigns.rows();
    const needing = countNeeding(rows ?? []);
    this.#pane.view.badge =
      needing === 0
        ? undefined
        : {
            value: needing,
            tooltip:
              needing === 1
                ? l10n.t('1 Changeset of your Campaigns needs somebody')
                : l10n.t('{0} Changesets of your Campaigns need somebody', needing),
          };
    setContextKey('flotilla:campaignsLoaded', rows !== undefined);
  }
}
