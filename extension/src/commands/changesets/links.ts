import type { ChangesetView } from '@flotilla/shared/campaign/views';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { CancellationError, env, l10n, Uri } from 'vscode';
import { ask } from '../../platform/messages.ts';
import { webAddress } from '../../platform/webAddress.ts';
import type { App } from '../app.ts';
import { changesetsOf } from './pickChangesets.ts';

/** So many pages are opened without a question. */
const pagesWithoutWord = 5;

const addressOf = ({ url }: ChangesetView) => webAddress(url);
const hasAddress = (changeset: ChangesetView) => addressOf(changeset) !== undefined;

/** Opens the pages of pull requests. */
export async function openInBrowser(
  app: App,
  argument: unknown,
  selected: readonly unknown[],
): Promise<void> {
  const addresses = await addressesOf(app, argument, selected, l10n.t('Open which Changesets?'));
  if (addresses.length > pagesWithoutWord) {
    const open = l10n.t('Open {0} Pages', addresses.length);
    const sentence = l10n.t('Open {0} pages in the browser?', addresses.length);
    if ((await ask('warning', { sentence, detail: '' }, open)) !== open) throw new CancellationError();
  }
  for (const address of addresses) await env.openExternal(Uri.parse(address, true));
}

/** Copies the addresses of pull requests, one in a line. */
export async function copyLink(app: App, argument: unknown, selected: readonly unknown[]): Promise<void> {
  const addresses = await addressesOf(app, argument, selected, l10n.t('Copy the links of which Changesets?'));
  await env.clipboard.writeText(addresses.join('\n'));
}

/** Copies the names of branches, one in a line. */
export async function copyBranchName(
  app: App,
  argument: unknown,
  selected: readonly unknown[],
): Promise<void> {
  const placeHolder = l10n.t('Copy the branches of which Changesets?');
  const changesets = await changesetsOf(app, argument, selected, () => true, placeHolder);
  await env.clipboard.writeText(changesets.map(({ branch }) => branchOf(branch)).join('\n'));
}

async function addressesOf(
  app: App,
  argument: unknown,
  selected: readonly unknown[],
  placeHolder: string,
): Promise<readonly string[]> {
  const changesets = await changesetsOf(app, argument, selected, hasAddress, placeHolder);
  return changesets.flatMap((changeset) => addressOf(changeset) ?? []);
}
