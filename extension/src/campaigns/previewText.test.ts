import type { CampaignPreviewRow } from '@flotilla/shared/campaign/views';
import { expect, test } from 'vitest';
import { previewText } from './previewText.ts';

const row = (repositoryId: number, values: Partial<CampaignPreviewRow> = {}): CampaignPreviewRow => ({
  codeHostId: 1,
  codeHost: 'work',
  repositoryId,
  repository: `acme/r${repositoryId}`,
  baseRef: 'refs/heads/main',
  directory: '',
  branch: 'refs/heads/flotilla/node-24',
  title: 'Move to Node 24',
  body: 'Why:\nit is current.',
  message: 'Move to Node 24',
  files: 5,
  addedLines: 12,
  removedLines: 4,
  ...values,
});
const heading = { name: 'Node 24', execution: 'node-24 #1', publish: 'open' } as const;

test('texts that all have are shown once', () => {
  const rows = [row(1), row(2, { branch: 'refs/heads/flotilla/node-24-2', files: 1 })];
  expect(previewText({ rows, missing: 0, of: 2 }, heading)).toBe(`Campaign Node 24

Of       node-24 #1
Publish  Published at once

2 branches
  acme/r1  flotilla/node-24 → main   5 files +12 −4
  acme/r2  flotilla/node-24-2 → main   1 file +12 −4

All of them
  Title
    Move to Node 24
  Body
    Why:
    it is current.
  Commit message
    Move to Node 24
`);
});

test('those that have others are named, and what has no result is counted', () => {
  const rows = [row(1, { title: 'r1' }), row(2, { title: 'r2', body: '' })];
  const text = previewText({ rows, missing: 1, of: 3 }, { ...heading, publish: 'none' });
  expect(text).toContain('\n1 of 3 repositories have no result, and get nothing\n');
  expect(text).toContain('\nacme/r1\n  Title\n    r1\n  Body\n');
  expect(text).toContain('\nacme/r2\n  Title\n    r2\n  Commit message\n');
  expect(text).toContain('Publish  Nothing is published yet');
});

test('what came from outside can neither end a line nor hide', () => {
  const rows = [row(1, { title: 'a\nPublish  now', repository: 'acme/\u202eevil', body: 'a\u001b[31mb' })];
  const text = previewText({ rows, missing: 0, of: 1 }, { ...heading, name: 'x\ny' });
  expect(text).not.toMatch(/\n(?:Publish {2}now|y)/);
  expect(text).not.toContain('\u202e');
  expect(text).not.toContain('\u001b');
});
