import {
  describeUpdateReason,
  type CampaignUpdateView,
  type UpdateAction,
  type UpdateRowView,
} from '@flotilla/shared/campaign/campaignUpdate';
import { targetNames } from '@flotilla/shared/target/targetNames';
import { oneLine } from '@flotilla/shared/text/oneLine';
import { textTable } from './textTable.ts';

export interface UpdateHeading {
  readonly name: string;
  /** The Execution that it would be updated from, as `node-24 #2`. */
  readonly execution: string;
}

/** What an update does, in the order in which it is shown: what changes something at a code host comes first. */
const sections: readonly (readonly [UpdateAction, string])[] = [
  ['create', 'Create'],
  ['update', 'Update'],
  ['closeAndDetach', 'Close, and take out of the campaign'],
  ['untouched', 'Leave as it is'],
  ['keep', 'Keep'],
];

/** The document that *Update Campaign…* shows before anything is applied: what becomes of each repository, and why. */
export function updateText(update: CampaignUpdateView, heading: UpdateHeading): string {
  const nameOf = targetNames(update.rows);
  return [
    `Update of ${oneLine(heading.name)}`,
    '',
    `From     ${oneLine(heading.execution)}`,
    ...(update.missing === 0 ? [] : [`Missing  ${missingText(update.missing)}`]),
    ...sections.flatMap(([action, title]) => {
      const rows = update.rows.filter((row) => row.action === action);
      if (rows.length === 0) return [];
      return [
        '',
        `${title} (${rows.length})`,
        ...textTable(rows.map((row) => [oneLine(nameOf(row)), updateRowText(row)])),
      ];
    }),
    '',
  ].join('\n');
}

/** Why something is done to a repository, and what that throws away. */
export function updateRowText({ reason, discards }: UpdateRowView): string {
  const { approvals, checks } = discards;
  const lost = [
    ...(approvals === 0 ? [] : [approvals === 1 ? '1 approval' : `${approvals} approvals`]),
    ...(checks === null ? [] : [`its checks (${checks})`]),
  ];
  const because = Object.hasOwn(describeUpdateReason, reason)
    ? describeUpdateReason[reason]
    : oneLine(reason);
  return lost.length === 0 ? because : `${because}; the push discards ${lost.join(' and ')}`;
}

/** `2 created, 3 updated, 1 closed`; that nothing is to be done where nothing is. */
export function updateSummary({ rows }: CampaignUpdateView): string {
  const counted = (action: UpdateAction, what: string) => {
    const { length } = rows.filter((row) => row.action === action);
    return length === 0 ? [] : [`${length} ${what}`];
  };
  const said = [
    ...counted('create', 'created'),
    ...counted('update', 'updated'),
    ...counted('closeAndDetach', 'closed'),
  ];
  return said.length === 0 ? 'nothing changes at a code host' : said.join(', ');
}

function missingText(missing: number): string {
  return missing === 1
    ? '1 repository has no result, because its job failed or was cancelled'
    : `${missing} repositories have no result, because their jobs failed or were cancelled`;
}
