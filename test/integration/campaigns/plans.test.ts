import { expect, test } from 'vitest';
import { makePlan } from '../../../service/src/plans/makePlan.ts';
import { readPlan } from '../../../service/src/plans/readPlan.ts';
import {
  changesetsOf,
  createCampaign,
  execute,
  template,
  untilStates,
  writableService,
} from '../../support/campaigns.ts';
import { keepHouse } from '../../support/keepHouse.ts';
import { git } from '../../support/repositories.ts';
import type { TestService } from '../../support/testService.ts';
import { untilSettled } from '../../support/untilSettled.ts';
import { waitFor } from '../../support/waitFor.ts';

const both = { write: { 'a.txt': 'A\n', 'b.txt': 'B\n' } };
const signal = new AbortController().signal;

const plan = (flotilla: TestService, executionId: number, amends: number | null = null) =>
  makePlan(flotilla.service, { executionId, amends }, signal);

async function itemsOf(flotilla: TestService, planId: number | undefined) {
  const made = await readPlan(flotilla.service.sql, planId ?? 0);
  return Object.fromEntries(
    (made?.items ?? []).map(({ repository, patch, absence }) => [
      repository,
      absence ?? (patch === null ? 'noChanges' : patch.resultTree),
    ]),
  );
}

test('an Execution has a Plan at its end: of each Target a Patch, nothing to change, or why there is none', async () => {
  await using flotilla = await writableService(['bad', 'changed', 'same']);
  const executionId = await execute(flotilla, { bad: null, changed: both });
  const count = async () => (await flotilla.service.sql`select from plans`).length;
  await waitFor('the plan', async () => (await count()) === 1);
  const planId = await plan(flotilla, executionId);
  expect(await itemsOf(flotilla, planId)).toEqual({
    bad: 'failed',
    changed: expect.stringMatching(/^[0-9a-f]{40}$/),
    same: 'noChanges',
  });
  // The one that was made at its end says the same.
  expect(await count()).toBe(1);
});

test('another selection is another Plan, and the first one again is the first Plan', async () => {
  await using flotilla = await writableService();
  const { api } = flotilla;
  const executionId = await execute(flotilla, { web: both });
  const first = await plan(flotilla, executionId);
  const { rows } = await api.jobs.list.query({ executionId });
  const jobId = rows[0]?.id ?? 0;
  const include = (path: string | null, included: boolean) =>
    api.jobs.setIncluded.mutate({ jobId, path, included });
  await include('b.txt', false);
  const second = await plan(flotilla, executionId);
  expect(second).not.toBe(first);
  const mirror = flotilla.service.mirrors.pathOf(rows[0]?.repositoryId ?? 0);
  const tree = (await itemsOf(flotilla, second))['web'];
  expect(await git(mirror, ['diff', '--name-only', 'main', String(tree)])).toBe('a.txt');
  await include('a.txt', false);
  expect(await itemsOf(flotilla, await plan(flotilla, executionId))).toEqual({ web: 'excluded' });
  await include('a.txt', true);
  await include('b.txt', true);
  expect(await plan(flotilla, executionId)).toBe(first);
});

test('a Plan of a part amends another one: other Targets keep their items, each with its Execution', async () => {
  await using flotilla = await writableService(['one', 'two']);
  const first = await execute(flotilla, { one: both, two: null });
  const whole = await plan(flotilla, first);
  const second = await execute(flotilla, { two: both }, { only: ['two'] });
  const { sql } = flotilla.service;
  const amended = await readPlan(sql, (await plan(flotilla, second, whole ?? null)) ?? 0);
  expect(
    amended?.items.map(({ repository, executionId, absence }) => [repository, executionId, absence]),
  ).toEqual([
    ['one', first, null],
    ['two', second, null],
  ]);
});

test('a file that becomes a folder, and a rename that is left out, are as they were or as they were to be', async () => {
  await using flotilla = await writableService();
  const { api } = flotilla;
  const executionId = await execute(flotilla, {
    web: { remove: ['a.txt'], write: { 'a.txt/inner': 'x\n' }, move: [['b.txt', 'c.txt']] },
  });
  const { rows } = await api.jobs.list.query({ executionId });
  await api.jobs.setIncluded.mutate({ jobId: rows[0]?.id ?? 0, path: 'c.txt', included: false });
  const tree = (await itemsOf(flotilla, await plan(flotilla, executionId)))['web'];
  const mirror = flotilla.service.mirrors.pathOf(rows[0]?.repositoryId ?? 0);
  expect(await git(mirror, ['ls-tree', '-r', '--name-only', String(tree)])).toBe('a.txt/inner\nb.txt');
});

test('removing an Execution spares what a Campaign publishes, and takes the Plans that nobody does', async () => {
  await using flotilla = await writableService(['web'], { config: { keepExecutionsDays: 5 } });
  const { service, api } = flotilla;
  const { sql, mirrors } = service;
  const used = await execute(flotilla, { web: both });
  const campaignId = await createCampaign(flotilla, used, { template: { ...template, publish: 'none' } });
  const unused = await execute(flotilla, { web: { write: { 'a.txt': 'other\n' } } });
  await untilSettled(flotilla);
  const [before] = await changesetsOf(flotilla, campaignId);
  await sql`update executions set ended_at = now() - interval '10 days'`;
  await keepHouse(flotilla);
  expect(await sql`select from executions where id in (${used}, ${unused})`).toHaveLength(0);
  expect(await sql`select from plans`).toHaveLength(1);
  const repositoryId = before?.repositoryId ?? 0;
  expect(
    await git(mirrors.pathOf(repositoryId), ['for-each-ref', '--format=%(refname)', 'refs/flotilla/trees']),
  ).toBe('refs/flotilla/trees/1');
  // It can still be published.
  await api.changesets.want.mutate({ changesetIds: [before?.id ?? 0], wish: 'publish' });
  await untilStates(flotilla, campaignId, { web: 'open' });
});
