import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCampaign, execute, untilStates, writableService } from '../../support/campaigns.ts';
import { git } from '../../support/repositories.ts';

const branch = 'refs/heads/flotilla/change';
const token = `ghp_${'c'.repeat(36)}`;

test('a Patch with what a tool left behind, or with a secret, is published only when a person says why', async () => {
  await using flotilla = await writableService(['clean', 'dirty']);
  const { api } = flotilla;
  const executionId = await execute(flotilla, {
    clean: { write: { 'a.txt': 'A\n' } },
    dirty: { write: { 'node_modules/x/index.js': '1\n', 'b.txt': `b\nkey = ${token}\n` } },
  });
  const campaignId = await createCampaign(flotilla, executionId);
  const states = await untilStates(flotilla, campaignId, { clean: 'open', dirty: 'held' });
  const held = states.find(({ repository }) => repository === 'dirty');
  expect(held?.reason).toEqual({
    kind: 'gate',
    findings: [
      { kind: 'leftBehind', path: 'node_modules/x/index.js' },
      { kind: 'secret', path: 'b.txt', line: 2, what: 'a token of GitHub' },
    ],
  });
  expect(JSON.stringify(states)).not.toContain(token);
  const folder = join(flotilla.repositoriesFolder, 'dirty');
  await expect(git(folder, ['rev-parse', '--verify', branch])).rejects.toThrow('fatal');
  const ids = states.map(({ id }) => id);
  const reason = 'They are fixtures.';
  expect(await api.changesets.passGate.mutate({ changesetIds: ids, reason })).toEqual({ done: [held?.id] });
  await untilStates(flotilla, campaignId, { clean: 'open', dirty: 'open' });
  const [row] = await flotilla.service.sql`
    select actor, details ->> 'reason' as reason from audit_events where event = 'changeset.gatePassed'`;
  expect(row).toEqual({ actor: 'Ada', reason });
});

test('paths that may not be changed, and a most of files, are the deployment’s', async () => {
  const gates = { mostFiles: 1, mostLines: 1000, forbiddenPaths: ['ci/**'] };
  await using flotilla = await writableService(['web'], { config: { gates } });
  const executionId = await execute(flotilla, { web: { write: { 'ci/build.yml': 'x\n', 'a.txt': 'A\n' } } });
  const campaignId = await createCampaign(flotilla, executionId);
  const [held] = await untilStates(flotilla, campaignId, { web: 'held' });
  expect(held?.reason).toEqual({
    kind: 'gate',
    findings: [
      { kind: 'tooManyFiles', files: 2, most: 1 },
      { kind: 'forbiddenPath', path: 'ci/build.yml', pattern: 'ci/**' },
    ],
  });
});
