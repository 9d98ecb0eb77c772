import type { CampaignView, ChangesetView } from '@flotilla/shared/campaign/views';
import { wishStates } from '@flotilla/shared/campaign/wishes';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { l10n, TreeItem, TreeItemCollapsibleState, type MarkdownString } from 'vscode';
import { lines } from '../../platform/markdown.ts';
import { shownText } from '../../platform/shownText.ts';
import { webAddress } from '../../platform/webAddress.ts';
import { contextValue, themeIcon } from '../rowParts.ts';
import {
  campaignText,
  changesetCount,
  changesetText,
  opinionsOf,
  reasonOf,
  stateText,
} from './campaignText.ts';
import { changesetStatuses, lookOf } from './changesetStatus.ts';

/** `now` is the service's time. */
export function campaignRow(campaign: CampaignView, now: number): TreeItem {
  const { Collapsed, None } = TreeItemCollapsibleState;
  const row = new TreeItem(campaign.name, changesetCount(campaign) === 0 ? None : Collapsed);
  const text = campaignText(campaign, now);
  row.description = text;
  const { icon, color } = campaignLook(campaign);
  row.iconPath = themeIcon(icon, color);
  row.contextValue = contextValue('campaign', { open: campaign.closedAt === null });
  row.accessibilityInformation = { label: l10n.t('Campaign {0}, {1}', campaign.name, text) };
  return row;
}

/** What needs somebody is seen on the Campaign too; one whose last Changeset is merged is done. */
function campaignLook(campaign: CampaignView): { readonly icon: string; readonly color: string } {
  const { closedAt, needing, counts } = campaign;
  if (closedAt !== null) return { icon: 'archive', color: 'disabledForeground' };
  if (needing > 0) return { icon: 'bell-dot', color: 'charts.yellow' };
  const isMerged = counts.merged > 0 && counts.merged === changesetCount(campaign);
  return isMerged
    ? { icon: 'git-merge', color: 'charts.purple' }
    : { icon: 'repo-forked', color: 'charts.blue' };
}

/** `name` is what its Target is called among those of its Campaign. */
export function changesetRow(changeset: ChangesetView, name: string): TreeItem {
  const row = new TreeItem(name, TreeItemCollapsibleState.None);
  const { icon, color, spoken } = changesetStatuses[lookOf(changeset)];
  const text = changesetText(changeset);
  row.description = text;
  row.iconPath = themeIcon(icon, color);
  const { state, reason, url } = changeset;
  row.contextValue = contextValue('changeset', {
    undecided: state === 'held' && (reason?.kind === 'foreignCommits' || reason?.kind === 'foreignConflict'),
    gated: state === 'held' && reason?.kind === 'gate',
    publishable: wishStates.publish.includes(state),
    closable: wishStates.close.includes(state),
    reopenable: wishStates.reopen.includes(state),
    retryable: wishStates.retry.includes(state),
    rebasable: wishStates.rebase.includes(state),
    mergeable: state === 'open' && changeset.number !== null,
    hasUrl: webAddress(url) !== undefined,
  });
  row.accessibilityInformation = { label: l10n.t('Changeset of {0}, {1}, {2}', name, spoken, text) };
  return row;
}

export function campaignTooltip(campaign: CampaignView): MarkdownString {
  const { name, actionName, executionId, createdBy, createdAt, needing, template } = campaign;
  return lines(
    `**${shownText('markdown', name)}**`,
    ...(campaign.description === '' ? [] : [shownText('markdown', campaign.description)]),
    ...(needing === 0
      ? []
      : [needing === 1 ? l10n.t('1 needs somebody') : l10n.t('{0} need somebody', needing)]),
    l10n.t('Of the Action {0}, last updated from #{1}', shownText('markdown', actionName), executionId),
    `${l10n.t('Branch')} ${shownText('code', template.branch)}`,
    l10n.t('Created by {0}, {1}', shownText('markdown', createdBy), new Date(createdAt).toLocaleString()),
  );
}

export function changesetTooltip(changeset: ChangesetView): MarkdownString {
  const { repository, title, word, number, branch, baseRef, codeHost, directory } = changeset;
  const { files, addedLines, removedLines, actionVersion, executionId, lookedAt } = changeset;
  return lines(
    `**${shownText('markdown', repository)}** — ${stateText(changeset)}`,
    shownText('markdown', title),
    ...reasonOf(changeset).map((sentence) => shownText('markdown', sentence)),
    ...(number === null ? [] : [`${shownText('markdown', word ?? l10n.t('pull request'))} \\#${number}`]),
    ...opinionsOf(changeset),
    `${shownText('code', branchOf(branch))} → ${shownText('code', branchOf(baseRef))}`,
    l10n.t('{0} files, {1} lines added, {2} removed', files, addedLines, removedLines),
    l10n.t('Made by version {0} of the Action, in #{1}', actionVersion, executionId),
    ...(directory === '' ? [] : [l10n.t('Directory {0}', shownText('code', directory))]),
    l10n.t('Code host {0}', shownText('code', codeHost)),
    ...(lookedAt === null ? [] : [l10n.t('Looked at {0}', new Date(lookedAt).toLocaleString())]),
  );
}
