import { expect, test } from 'vitest';
import { executionRequest, startExecution } from '../../support/actionText.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type EditorClient } from '../../support/testService.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

const three = (folder: string) => makeRepositories(folder, ['one', 'three', 'two']);
const only = (...names: string[]) => ({ scopeQuery: `repo:^(${names.join('|')})$` });

test('Jobs are claimed in the order of their Executions, of higher priority first (I6)', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const first = await startExecution(api, only('one', 'two'));
  const second = await startExecution(api, only('one'));
  const urgent = await startExecution(api, { ...only('three'), name: 'urgent', priority: 10 });
  const runner = await flotilla.connectRunner();
  const claimed = await runner.claim(4);
  expect(claimed.map(({ executionId, repository }) => [executionId, repository])).toEqual([
    [urgent.id, 'three'],
    [first.id, 'one'],
    [first.id, 'two'],
    [second.id, 'one'],
  ]);
});

test('a Job goes to a Runner with all the labels that it requires, and stands in nobody else’s way', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const gpu = await startExecution(api, { ...only('one'), name: 'gpu', requires: ['gpu', 'linux'] });
  const any = await startExecution(api, only('two'));
  const plain = await flotilla.connectRunner({ labels: ['linux'] });
  expect((await plain.claim(5)).map(({ executionId }) => executionId)).toEqual([any.id]);
  const equipped = await flotilla.connectRunner({ labels: ['linux', 'ssd', 'gpu'] });
  expect((await equipped.claim(5)).map(({ executionId }) => executionId)).toEqual([gpu.id]);
});

test('claims of Runners with different labels that come at the same time each get what is theirs', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  for (const label of ['a', 'b', 'c']) await startExecution(api, { name: label, requires: [label] });
  const runners = await Promise.all(
    ['a', 'b', 'c'].map((label) => flotilla.connectRunner({ labels: [label] })),
  );
  const claimed = await Promise.all(runners.map((runner) => runner.claim(9)));
  expect(claimed.map((jobs) => jobs.length)).toEqual([3, 3, 3]);
  expect(new Set(claimed.flat().map(({ jobId }) => jobId)).size).toBe(9);
});

test('owners who share fairly take turns, each in the order of his own Jobs', async () => {
  await using flotilla = await testService({ repositories: three, config: { fairness: 'owner' } });
  const bob = flotilla.connectEditor(await flotilla.createUserToken('Bob', 'member'));
  const start = (client: EditorClient['api'], name: string) =>
    client.executions.create.mutate(executionRequest({ name }));
  const [ada1, ada2] = [await start(flotilla.api, 'ada-1'), await start(flotilla.api, 'ada-2')];
  const runner = await flotilla.connectRunner();
  expect((await runner.claimOne()).executionId).toBe(ada1.id);
  const bobs = await start(bob.api, 'bob-1');
  const order = (await runner.claim(8)).map(({ executionId }) => executionId);
  expect(order.slice(0, 6).filter((id) => id === bobs.id)).toHaveLength(3);
  expect(order.filter((id) => id !== bobs.id)).toEqual([ada1.id, ada1.id, ada2.id, ada2.id, ada2.id]);
});

test('a Job that nobody can run does not let newcomers pass those who wait', async () => {
  await using flotilla = await testService({ repositories: three, config: { fairness: 'owner' } });
  const start = async (name: string, values = {}) => {
    const { api } = flotilla.connectEditor(await flotilla.createUserToken(name, 'member'));
    return api.executions.create.mutate(executionRequest({ name, ...values }));
  };
  await start('Ann', { requires: ['gpu'] });
  const bobs = await start('Bob');
  const runner = await flotilla.connectRunner();
  expect((await runner.claim(2)).map(({ executionId }) => executionId)).toEqual([bobs.id, bobs.id]);
  await start('Cid');
  // Bob's third Job has its turn with the first of Cid's.
  const [first, second] = await runner.claim(2);
  expect([first?.executionId, second?.executionId]).toContain(bobs.id);
});

test('Jobs that are cancelled before they were claimed do not send newcomers behind those who wait', async () => {
  await using flotilla = await testService({ repositories: three, config: { fairness: 'owner' } });
  const editorOf = async (name: string) =>
    flotilla.connectEditor(await flotilla.createUserToken(name, 'member')).api;
  const start = (api: EditorClient['api'], name: string) =>
    api.executions.create.mutate(executionRequest({ name }));
  const [ann, bob, cid] = [await editorOf('Ann'), await editorOf('Bob'), await editorOf('Cid')];
  const mistakes = [];
  for (let count = 0; count < 4; count++) mistakes.push(await start(ann, 'mistake'));
  const runner = await flotilla.connectRunner();
  await runner.claimOne();
  const bobs = await start(bob, 'bobs');
  const [one] = mistakes;
  const jobs = await listJobs(ann, one?.id ?? 0);
  for (const { id: jobId, state } of jobs) if (state === 'queued') await ann.jobs.cancel.mutate({ jobId });
  for (const { id: executionId } of mistakes) await ann.executions.cancel.mutate({ executionId });
  const cids = await start(cid, 'cids');
  const order = (await runner.claim(4)).map(({ executionId }) => executionId);
  expect(order.filter((id) => id === cids.id)).toHaveLength(2);
  expect(order.filter((id) => id === bobs.id)).toHaveLength(2);
});

test('owners share fairly before anyone was served', async () => {
  await using flotilla = await testService({ repositories: three, config: { fairness: 'owner' } });
  const bob = flotilla.connectEditor(await flotilla.createUserToken('Bob', 'member'));
  const start = (client: EditorClient['api'], name: string) =>
    client.executions.create.mutate(executionRequest({ name }));
  const mistake = await start(bob.api, 'mistake');
  const adas = await start(flotilla.api, 'adas');
  await bob.api.executions.cancel.mutate({ executionId: mistake.id });
  const bobs = await start(bob.api, 'bobs');
  const runner = await flotilla.connectRunner();
  const order = (await runner.claim(4)).map(({ executionId }) => executionId);
  expect(order.filter((id) => id === adas.id)).toHaveLength(2);
  expect(order.filter((id) => id === bobs.id)).toHaveLength(2);
});

test('in one line, the Jobs of a second owner wait for those of the first', async () => {
  await using flotilla = await testService({ repositories: three });
  const bob = flotilla.connectEditor(await flotilla.createUserToken('Bob', 'member'));
  const first = await startExecution(flotilla.api);
  const second = await bob.api.executions.create.mutate(executionRequest({ name: 'other' }));
  const runner = await flotilla.connectRunner();
  const order = (await runner.claim(6)).map(({ executionId }) => executionId);
  expect(order).toEqual([first.id, first.id, first.id, second.id, second.id, second.id]);
});

test('why a Job waits, and its place, can be asked', async () => {
  await using flotilla = await testService({ repositories: three });
  const { api } = flotilla;
  const waiting = async (executionId: number, repository: string) => {
    const jobs = await listJobs(api, executionId);
    const job = jobs.find((one) => one.repository === repository);
    if (job === undefined) throw new Error(`there is no Job for ${repository}`);
    return api.jobs.waiting.query({ jobId: job.id });
  };
  const labelled = await startExecution(api, { name: 'labelled', requires: ['gpu'] });
  expect(await waiting(labelled.id, 'one')).toMatchObject({ reason: 'noRunner', place: 1 });
  const runner = await flotilla.connectRunner();
  expect(await waiting(labelled.id, 'two')).toMatchObject({
    reason: 'noRunnerWithLabels',
    message: 'No runner that is online has the label gpu.',
    place: 3,
  });
  const plain = await startExecution(api, { maxParallel: 2 });
  expect(await waiting(plain.id, 'one')).toMatchObject({ reason: 'turn', place: 1, message: 'It is next.' });
  expect(await waiting(plain.id, 'three')).toMatchObject({ reason: 'turn', place: 2 });
  expect(await waiting(plain.id, 'two')).toMatchObject({ reason: 'maxParallel', place: null });
  // A Runner with the label serves the other line as well.
  await using equipped = await flotilla.connectRunner({ labels: ['gpu'] });
  await startExecution(api, { name: 'later', requires: ['gpu'], priority: -1 }).then(async (later) =>
    expect(await waiting(later.id, 'one')).toMatchObject({ reason: 'turn', place: 6 }),
  );
  await equipped.service.heartbeat([], true);
  await runner.service.heartbeat([], false, 'The disk is nearly full.');
  expect(await waiting(plain.id, 'one')).toMatchObject({ reason: 'runnersNotClaiming' });
  await api.executions.pause.mutate({ executionId: plain.id });
  expect(await waiting(plain.id, 'one')).toMatchObject({
    reason: 'paused',
    message: 'Its execution was paused by Ada. Resume it to go on.',
  });
  await api.executions.cancel.mutate({ executionId: plain.id });
  expect(await waiting(plain.id, 'one')).toBeNull();
});
