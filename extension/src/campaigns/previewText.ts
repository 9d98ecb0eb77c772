import type { CampaignPreview, CampaignPreviewRow } from '@flotilla/shared/campaign/views';
import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { targetNames } from '@flotilla/shared/target/targetNames';
import { manyLines, oneLine } from '@flotilla/shared/text/oneLine';
import { indented, textTable } from './textTable.ts';

export interface PreviewHeading {
  readonly name: string;
  /** The Execution that it is of, as `node-24 #1`. */
  readonly execution: string;
  readonly publish: CampaignTemplate['publish'];
}

const publications: Readonly<Record<CampaignTemplate['publish'], string>> = {
  none: 'Nothing is published yet: each is published when somebody says so',
  draft: 'Published as drafts, where its code host has them',
  open: 'Published at once',
};

/** The document that *Create Campaign…* shows before anything is made: what each repository gets. */
export function previewText(preview: CampaignPreview, heading: PreviewHeading): string {
  const nameOf = targetNames(preview.rows);
  const { rows, missing, of } = preview;
  const changes = ({ files, addedLines, removedLines }: CampaignPreviewRow) =>
    `${files} ${files === 1 ? 'file' : 'files'} +${addedLines} \u2212${removedLines}`;
  return [
    `Campaign ${oneLine(heading.name)}`,
    '',
    `Of       ${oneLine(heading.execution)}`,
    `Publish  ${publications[heading.publish]}`,
    '',
    `${rows.length} ${rows.length === 1 ? 'branch' : 'branches'}`,
    ...textTable(
      rows.map((row) => [
        oneLine(nameOf(row)),
        `${oneLine(branchOf(row.branch))} \u2192 ${oneLine(branchOf(row.baseRef))}   ${changes(row)}`,
      ]),
    ),
    ...(missing === 0 ? [] : ['', `${missing} of ${of} repositories have no result, and get nothing`]),
    ...groupsOf(rows).flatMap(({ of: group, first }) => [
      '',
      group.length === rows.length && rows.length > 1
        ? 'All of them'
        : group.map((row) => oneLine(nameOf(row))).join(', '),
      '  Title',
      ...indented(oneLine(first.title)),
      ...(first.body === '' ? [] : ['  Body', ...indented(manyLines(first.body))]),
      '  Commit message',
      ...indented(manyLines(first.message)),
    ]),
    '',
  ].join('\n');
}

/** The repositories whose texts are the same are shown once. */
function groupsOf(
  rows: readonly CampaignPreviewRow[],
): readonly { readonly of: readonly CampaignPreviewRow[]; readonly first: CampaignPreviewRow }[] {
  const byTexts = Map.groupBy(rows, ({ title, body, message }) => JSON.stringify([title, body, message]));
  return [...byTexts.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ of: group, first }];
  });
}
