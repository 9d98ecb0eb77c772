import { join } from 'node:path';
import type { Account } from '../../../service/src/auth/rights.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SecretValue } from '../../../service/src/secrets/secretValue.ts';
import { startExecution } from '../../support/actionText.ts';
import { changesetsOf, createCampaign, template } from '../../support/campaigns.ts';
import { patchOf } from '../../support/patches.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { commitFiles, makeRepository } from '../../support/repositories.ts';
import {
  editorRights,
  foreignCommit,
  routeRights,
  type Place,
  type Reading,
  type Whole,
} from '../../support/rights.ts';
import { testService, type EditorClient, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** Hugo, a member, sees the first of two repositories; whatever is in the second one has its name in it. */
const shown = 'shown';
const hidden = 'hidden';
/** What is secret, which nothing reads back. */
const neverAnswered = 'a credential of a code host';
const sees = new Set<number>();
const rightsOf = ({ name }: Account) => (name === 'Hugo' ? sees : 'all');

const noSuch: Place = {
  repositoryId: 999_999,
  jobId: 999_999,
  attemptIds: [999_999, 999_998],
  tree: '',
  path: '',
  waitingJobId: 999_999,
  changesetId: 999_999,
};

let flotilla: TestService;
let hugo: EditorClient;
let hugosToken: string;
let places: Map<string, Place>;
let published: Pick<Whole, 'endedExecutionId' | 'campaignId'>;
let whole: Whole;
beforeAll(async () => {
  flotilla = await testService({
    repositories: async (folder) => {
      for (const name of [shown, hidden])
        await makeRepository(join(folder, name), { files: { [`${name}.txt`]: 'text\n' } });
    },
    parts: { rightsOf },
  });
  places = await makePlaces();
  published = await makeCampaign(places);
  sees.add(placeOf(shown).repositoryId);
  whole = await makeWhole();
  const identity = { ownerKind: 'codeHost', ownerKey: '1', name: 'token' };
  await flotilla.service.secrets.set('Ada', identity, new SecretValue(neverAnswered));
  hugosToken = await flotilla.createUserToken('Hugo', 'member');
  hugo = flotilla.connectEditor(hugosToken);
});
afterAll(() => flotilla[Symbol.asyncDispose]());

function placeOf(name: string): Place {
  const place = places.get(name);
  if (place === undefined) throw new Error(`nothing was made of ${name}`);
  return place;
}

/** A Job of each repository that failed, with a log, and then made a Patch; and one that waits. */
async function makePlaces(): Promise<Map<string, Place>> {
  const { api } = flotilla;
  const runner = await flotilla.connectRunner();
  const { id: executionId } = await startExecution(api);
  const first = new Map<string, number>();
  for (const job of await runner.claim(2)) {
    first.set(job.repository, job.attemptId);
    const log = await runner.writeLog(job, `a line of ${job.repository}`);
    await runner.finish(
      job,
      {
        kind: 'failed',
        step: 0,
        exitCode: 1,
        outOfMemory: false,
        outOfDisk: false,
        lastLine: `the last line of ${job.repository}`,
      },
      { logLength: log.length },
    );
  }
  await api.executions.rerun.mutate({ executionId, scope: 'all' });
  const made = new Map<string, Place>();
  for (const job of await runner.claim(2)) {
    const folder = join(flotilla.repositoriesFolder, job.repository);
    const path = `${job.repository}.txt`;
    await runner.succeed(job, await patchOf(folder, { write: { [path]: `${job.repository} is changed\n` } }));
    const { repositoryId, patch } = await api.jobs.get.query({ jobId: job.jobId });
    made.set(job.repository, {
      repositoryId,
      jobId: job.jobId,
      attemptIds: [first.get(job.repository) ?? 0, job.attemptId],
      tree: patch?.resultTree ?? '',
      path,
      waitingJobId: 0,
      changesetId: 0,
    });
  }
  const waiting = await startExecution(api);
  for (const job of await listJobs(api, waiting.id)) {
    const place = made.get(job.repository);
    if (place !== undefined) made.set(job.repository, { ...place, waitingJobId: job.id });
  }
  return made;
}

/** A Campaign of an Execution that has ended, with a Changeset of each repository that needs a decision. */
async function makeCampaign(made: Map<string, Place>): Promise<typeof published> {
  const { api, service } = flotilla;
  // Before those that wait, so that they go on to.
  const { id: endedExecutionId } = await startExecution(api, { priority: 9 });
  const runner = await flotilla.connectRunner();
  for (const job of await runner.claim(2)) {
    const folder = join(flotilla.repositoriesFolder, job.repository);
    const changes = { write: { [`${job.repository}.txt`]: `${job.repository} is published\n` } };
    await runner.succeed(job, await patchOf(folder, changes));
  }
  await waitFor('the execution to have ended', async () => {
    const { endedAt } = await api.executions.get.query({ executionId: endedExecutionId });
    return endedAt !== null;
  });
  const campaignId = await createCampaign(flotilla, endedExecutionId, {
    template: { ...template, publish: 'none' },
  });
  for (const { id, repository } of await changesetsOf(flotilla, campaignId)) {
    const place = made.get(repository);
    if (place !== undefined) made.set(repository, { ...place, changesetId: id });
  }
  const reason = { kind: 'foreignCommits', commit: foreignCommit };
  await service.sql`update changesets set state = 'held', reason = ${service.sql.json(reason)}`;
  return { endedExecutionId, campaignId };
}

async function makeWhole(): Promise<Whole> {
  const { api } = flotilla;
  // Before those that wait, so that they go on to.
  const { id: executionId } = await startExecution(api, { priority: 9 });
  const runner = await flotilla.connectRunner();
  await runner.claim(2);
  let touched = 0;
  return {
    executionId,
    runnerId: runner.hello.runnerId,
    ...published,
    async touchJobs() {
      for (const name of [hidden, shown])
        await api.jobs.setIncluded.mutate({ jobId: placeOf(name).jobId, path: null, included: true });
    },
    async touchBranches() {
      touched += 1;
      for (const name of [hidden, shown])
        await commitFiles(join(flotilla.repositoriesFolder, name), { more: String(touched) }, 'More');
      await api.repositories.sync.mutate();
    },
    everything: api,
  };
}

/** All that is kept of what a member may change of Jobs. */
async function hiddenJobs(): Promise<unknown> {
  const { repositoryId } = placeOf(hidden);
  return flotilla.service.sql`
    select to_jsonb(jobs) as job, to_jsonb(review_selections) as selection
      from jobs left join review_selections on job_id = id where repository_id = ${repositoryId} order by id`;
}

/** What a call came to: its answer, or its refusal, without the ids in it. */
async function cameTo(call: Promise<unknown>): Promise<string> {
  let answer: unknown;
  try {
    answer = { answer: await call };
  } catch (error) {
    answer = { refusal: await refusalOfCall(Promise.reject(error)) };
  }
  const text = JSON.stringify(answer);
  expect(text).not.toContain(neverAnswered);
  return text.replaceAll(/\d+/g, 'N');
}

const readings = Object.entries(editorRights).flatMap(([path, { reads }]) =>
  typeof reads === 'string' ? [] : [[path, reads] as const],
);
const ofOne = readings.filter((one): one is [string, Extract<Reading, { one: unknown }>] => 'one' in one[1]);
const ofAll = readings.filter((one): one is [string, Extract<Reading, { all: unknown }>] => 'all' in one[1]);

test.each(ofOne)(
  '%s answers for a hidden repository as for one that is not there',
  async (_path, { one }) => {
    const nothing = await cameTo(one(hugo.api, noSuch));
    const before = await hiddenJobs();
    expect(await cameTo(one(hugo.api, placeOf(hidden)))).toBe(nothing);
    expect(await hiddenJobs()).toEqual(before);
    // There is something for who may see it.
    for (const [{ api }, name] of [[flotilla, hidden] as const, [hugo, shown] as const]) {
      const something = await cameTo(one(api, placeOf(name)));
      expect(something).toMatch(/^\{"answer"/);
      expect(something).not.toBe(nothing);
    }
  },
);

test.each(ofAll)('%s leaves out what is hidden', async (_path, { all }) => {
  const seen = JSON.stringify(await all(hugo.api, whole));
  expect(seen).toContain(shown);
  expect(seen).not.toContain(hidden);
  const whatThereIs = JSON.stringify(await all(flotilla.api, whole));
  expect(whatThereIs).toContain(hidden);
  expect(whatThereIs).not.toContain(neverAnswered);
});

test.each(Object.entries(routeRights).filter(([, { reads }]) => reads))(
  '%s answers for a hidden repository as for one that is not there',
  async (_line, { path }) => {
    const ask = async (token: string, place: Place) => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${flotilla.url}${path(place)}`, { headers });
      return `${answer.status} ${(await answer.text()).replaceAll(/\d+/g, 'N')}`;
    };
    const { tree, path: file } = placeOf(hidden);
    const nothing = await ask(hugosToken, { ...noSuch, tree, path: file });
    expect(nothing).toMatch(/^404/);
    expect(await ask(hugosToken, placeOf(hidden))).toBe(nothing);
    expect(await ask(flotilla.userToken, placeOf(hidden))).toContain(`${hidden} is changed`);
    expect(await ask(hugosToken, placeOf(shown))).toContain(`${shown} is changed`);
  },
);

test('what is hidden is not counted as a repository of its code host', async () => {
  const counted = async ({ api }: Pick<EditorClient, 'api'>) =>
    (await api.codeHosts.list.query()).map(({ repositories }) => repositories);
  expect([await counted(hugo), await counted(flotilla)]).toEqual([[1], [2]]);
});
