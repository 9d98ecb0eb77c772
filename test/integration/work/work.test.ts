import { setImmediate } from 'node:timers/promises';
import { FlotillaError } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { connect } from '../../../service/src/db/database.ts';
import { askForWork, beginningWork, type WorkAsked } from '../../../service/src/work/askForWork.ts';
import { fenced } from '../../../service/src/work/fenced.ts';
import { listWork } from '../../../service/src/work/listWork.ts';
import { finishWork } from '../../../service/src/work/queries/finishWork.ts';
import { putOffWork } from '../../../service/src/work/queries/putOffWork.ts';
import { renewWork } from '../../../service/src/work/queries/renewWork.ts';
import { workKind, type WorkKind, type WorkLease } from '../../../service/src/work/workKind.ts';
import type { WorkOutcome } from '../../../service/src/work/workOutcome.ts';
import { testDatabase } from '../../support/testDatabase.ts';
import { waitFor } from '../../support/waitFor.ts';
import { startWorkReplica, type WorkReplica } from '../../support/workReplica.ts';

type Count = { readonly count: number };
const done: WorkOutcome = { kind: 'done' };

/** A kind named `count`, whose handler is given. */
const counting = (run: WorkKind<Count>['run'], limits: Partial<WorkKind<Count>> = {}) =>
  workKind<Count>({
    name: 'count',
    payload: z.object({ count: z.number() }),
    atOnce: 5,
    leaseMs: 10_000,
    backOffMs: [60_000],
    title: ({ count }) => `Count to ${count}`,
    run,
    ...limits,
  });

const ask = (replica: WorkReplica, key: string, more: Partial<WorkAsked> = {}) =>
  askForWork(replica, { kind: 'count', key, payload: { count: 1 }, ...more });

const listed = (replica: WorkReplica, role: 'member' | 'admin' = 'member') =>
  listWork(replica, { role }, 100);

/** Waits until nothing is owed. */
const untilDone = ({ sql }: Pick<WorkReplica, 'sql'>) =>
  waitFor('all work to be done', async () => (await sql`select from work`).length === 0);

test('what is asked for twice before it is begun is done once, as it was asked for last', async () => {
  await using database = await testDatabase();
  const seen: number[] = [];
  const kind = counting(async ({ payload }) => (seen.push(payload.count), done));
  // Nobody does it yet.
  await using asking = await startWorkReplica(database.url, []);
  await ask(asking, 'one');
  await ask(asking, 'one', { payload: { count: 2 } });
  await using replica = await startWorkReplica(database.url, [kind]);
  await untilDone(replica);
  expect(seen).toEqual([2]);
});

test('what is asked for while it is being done is done again afterwards', async () => {
  await using database = await testDatabase();
  const seen: number[] = [];
  const held = Promise.withResolvers<WorkOutcome>();
  const kind = counting(({ payload }) => (seen.push(payload.count), held.promise));
  await using replica = await startWorkReplica(database.url, [kind]);
  await ask(replica, 'one');
  await waitFor('the first run', () => seen.length === 1);
  await ask(replica, 'one', { payload: { count: 2 } });
  held.resolve(done);
  await untilDone(replica);
  expect(seen).toEqual([1, 2]);
});

test('each row is done once, however many replicas there are, and none does more at the same time than its kind says', async () => {
  await using database = await testDatabase();
  const seen: string[] = [];
  let atOnce = 0;
  let most = 0;
  const kindOf = (replica: string) =>
    counting(
      async ({ key }) => {
        seen.push(key);
        if (replica === 'first') most = Math.max(most, ++atOnce);
        await setImmediate();
        if (replica === 'first') atOnce -= 1;
        return done;
      },
      { atOnce: 3 },
    );
  await using asking = await startWorkReplica(database.url, []);
  const keys = Array.from({ length: 60 }, (_, index) => String(index));
  for (const key of keys) await ask(asking, key);
  await using first = await startWorkReplica(database.url, [kindOf('first')]);
  await using second = await startWorkReplica(database.url, [kindOf('second')]);
  await Promise.all([untilDone(first), untilDone(second)]);
  expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(keys);
  expect(most).toBeLessThanOrEqual(3);
});

test('what is due later waits for its time, unless somebody asks for it before', async () => {
  await using database = await testDatabase();
  const seen: string[] = [];
  await using replica = await startWorkReplica(database.url, [
    counting(async ({ key }) => (seen.push(key), done)),
  ]);
  await ask(replica, 'later', { due: { at: Date.now() + 3_600_000 } });
  await ask(replica, 'now');
  await waitFor('what is due to be done', () => seen.length === 1);
  expect(seen).toEqual(['now']);
  expect(await listed(replica)).toMatchObject([{ title: 'Count to 1', state: 'waiting', reason: null }]);
  await ask(replica, 'later');
  await untilDone(replica);
  expect(seen).toEqual(['now', 'later']);
});

test('what has to wait says why and until when, and is done then', async () => {
  await using database = await testDatabase();
  let runs = 0;
  const kind = counting(async ({ key }): Promise<WorkOutcome> => {
    runs += 1;
    if (key === 'long') return { kind: 'again', due: { afterMs: 3_600_000 }, reason: 'The host is resting.' };
    return runs > 3 ? done : { kind: 'again', due: { afterMs: 10 }, reason: 'The host is busy.' };
  });
  await using replica = await startWorkReplica(database.url, [kind]);
  await ask(replica, 'long');
  const [row] = await waitFor('it to wait', async () => {
    const rows = await listed(replica);
    return rows[0]?.state === 'waiting' && rows;
  });
  expect(row).toMatchObject({ reason: 'The host is resting.', error: null, tries: 0, replica: null });
  expect(row?.dueAt).toBeGreaterThan(Date.now() + 3_500_000);
  await ask(replica, 'short');
  await waitFor('it to be done', async () => (await listed(replica)).length === 1);
  expect(runs).toBe(4);
});

test.each([
  {
    thrown: 'a bug',
    error: new Error('secret detail'),
    reason: 'Something went wrong in the service; its log says what.',
    kept: 'Error: secret detail',
  },
  {
    thrown: 'a refusal',
    error: new FlotillaError('request.conflict', 'The owner of the action is gone.'),
    reason: 'The owner of the action is gone.',
    kept: null,
  },
])('after $thrown a row rests for its back-off, and says why', async ({ error, reason, kept }) => {
  await using database = await testDatabase();
  let runs = 0;
  const kind = counting(({ key }) => {
    if (key === 'fine') return Promise.resolve(done);
    runs += 1;
    return Promise.reject(error);
  });
  await using replica = await startWorkReplica(database.url, [kind]);
  await ask(replica, 'broken');
  const [row] = await waitFor('it to rest', async () => {
    const rows = await listed(replica, 'admin');
    return rows[0]?.state === 'waiting' && rows;
  });
  expect(row).toMatchObject({ reason, error: kept, tries: 1 });
  // The back-off is a minute.
  expect(row?.dueAt).toBeGreaterThan(Date.now() + 50_000);
  expect((await listed(replica))[0]).toMatchObject({ reason, error: null });
  // It holds up nothing else, and was not looked at again meanwhile.
  await ask(replica, 'fine');
  await waitFor('the other one to be done', async () => (await listed(replica)).length === 1);
  expect(runs).toBe(1);
});

test('what does not get on rests longer each time, by the table of its kind', async () => {
  await using database = await testDatabase();
  let runs = 0;
  const kind = counting(async () => (runs++, { kind: 'failed', reason: 'No.' }), {
    backOffMs: [5, 10, 60_000],
  });
  await using replica = await startWorkReplica(database.url, [kind]);
  await ask(replica, 'one');
  await waitFor('the third run', async () => (await listed(replica))[0]?.tries === 3 && runs === 3);
  await waitFor('it to rest', async () => (await listed(replica))[0]?.state === 'waiting');
  expect((await listed(replica))[0]?.dueAt).toBeGreaterThan(Date.now() + 50_000);
});

test('a payload that its kind does not know, such as one of a newer program, rests and is not lost', async () => {
  await using database = await testDatabase();
  await using replica = await startWorkReplica(database.url, [counting(async () => done)]);
  await ask(replica, 'one', { payload: { newer: true } });
  const [row] = await waitFor('it to rest', async () => {
    const rows = await listed(replica, 'admin');
    return rows[0]?.state === 'waiting' && rows;
  });
  expect(row).toMatchObject({ title: 'count one', tries: 1 });
  expect(row?.error).toContain('count');
});

test('what a replica had that died is taken over when its lease has run out, and the dead one’s statements change nothing', async () => {
  await using database = await testDatabase();
  const held = Promise.withResolvers<WorkOutcome>();
  let taken = 0;
  await using replica = await startWorkReplica(database.url, [counting(() => (taken++, held.promise))]);
  const { sql } = replica;
  const one = sql`select 'count', 'one', '{"count": 1}'::jsonb`;
  const lease = { holder: 'dead', leaseMs: 60_000 };
  const [begun] = await sql<{ id: string; token: string }[]>`${beginningWork(sql, one, lease)}`;
  if (begun === undefined) throw new Error('nothing was begun');
  const row = { id: Number(begun.id), token: Number(begun.token) };
  expect(await sql`${fenced(sql, row)}`).toHaveLength(1);
  expect((await listed(replica))[0]).toMatchObject({ state: 'running', replica: 'dead', dueAt: null });
  await sql`update work set lease_until = now()`;
  replica.hints.wake('work');
  await waitFor('it to be taken over', () => taken === 1);
  expect((await listed(replica))[0]).toMatchObject({
    state: 'running',
    replica: replica.work.holder,
    tries: 2,
  });
  expect(await sql`${fenced(sql, row)}`).toEqual([]);
  expect(await renewWork(sql, row, 1000)).toBe(false);
  expect(await finishWork(sql, row)).toBe(false);
  expect(await putOffWork(sql, row, { due: { afterMs: 0 }, tries: 0 })).toBe(false);
  held.resolve(done);
  await untilDone(replica);
});

test('what replicas die of again and again rests like what fails', async () => {
  await using database = await testDatabase();
  await using replica = await startWorkReplica(database.url, []);
  const { sql } = replica;
  await ask(replica, 'one');
  // Each of them was killed while it had the row.
  await sql`update work set tries = 2, lease_until = now() - interval '1 second', due_at = 'infinity'`;
  let runs = 0;
  await using second = await startWorkReplica(database.url, [counting(async () => (runs++, done))]);
  const [row] = await waitFor('it to rest', async () => {
    const rows = await listed(second);
    return rows[0]?.state === 'waiting' && rows;
  });
  expect(row).toMatchObject({ tries: 3, reason: 'Whoever had it did not finish it, more than once.' });
  expect(runs).toBe(0);
});

test('a replica that stops gives back what it has, and another one does it at once', async () => {
  await using database = await testDatabase();
  const begun: string[] = [];
  const waits = counting(({ key }, signal) => {
    begun.push(key);
    const { promise, reject } = Promise.withResolvers<WorkOutcome>();
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    return promise;
  });
  await using first = await startWorkReplica(database.url, [waits]);
  await ask(first, 'one');
  await waitFor('it to be begun', () => begun.length === 1);
  await first.stop();
  expect(await listed(first)).toMatchObject([{ state: 'due', tries: 0, reason: null }]);
  await using second = await startWorkReplica(database.url, [counting(async () => done)]);
  await untilDone(second);
});

test('a handler that does not hear that it is to stop holds up no stop, and its statements are fenced from then on', async () => {
  await using database = await testDatabase();
  let held: WorkLease | undefined;
  const { promise: never } = Promise.withResolvers<WorkOutcome>();
  const deaf = counting(({ lease }) => ((held = lease), never));
  await using first = await startWorkReplica(database.url, [deaf], { stopMs: 50 });
  await ask(first, 'one');
  const lease = await waitFor('it to be begun', () => held);
  expect(await first.sql`${fenced(first.sql, lease)}`).toHaveLength(1);
  await first.stop();
  expect(await listed(first)).toMatchObject([{ state: 'due', tries: 0 }]);
  expect(await first.sql`${fenced(first.sql, lease)}`).toEqual([]);
});

test('a handler is told when its row is another’s, and what it says then changes nothing', async () => {
  await using database = await testDatabase();
  const ended = Promise.withResolvers<string>();
  const kind = counting(
    async (_, signal) => {
      await waitFor('the signal', () => signal.aborted);
      ended.resolve('told');
      return done;
    },
    { leaseMs: 300 },
  );
  await using replica = await startWorkReplica(database.url, [kind]);
  const { sql } = replica;
  await ask(replica, 'one');
  await waitFor('it to be begun', async () => (await listed(replica))[0]?.state === 'running');
  await sql`update work set token = nextval('work_tokens'), holder = 'another', lease_until = now() + interval '1 hour'`;
  expect(await ended.promise).toBe('told');
  // The loop goes on without it.
  await ask(replica, 'two', { due: { afterMs: 3_600_000 } });
  expect((await listed(replica))[0]).toMatchObject({ state: 'running', replica: 'another' });
});

test('a lease is renewed for as long as the work takes', async () => {
  await using database = await testDatabase();
  let runs = 0;
  const held = Promise.withResolvers<WorkOutcome>();
  const kind = counting(() => (runs++, held.promise), { leaseMs: 300 });
  await using first = await startWorkReplica(database.url, [kind]);
  await using second = await startWorkReplica(database.url, [kind]);
  await ask(first, 'one');
  const [before] = await waitFor('it to be begun', async () => {
    const rows = await first.sql<
      { until: string }[]
    >`select lease_until::text as until from work where lease_until > now()`;
    return rows.length > 0 && rows;
  });
  await waitFor('its first lease to be over', async () => {
    const rows = await first.sql`select ${before?.until ?? ''}::text::timestamptz < now() as over`;
    return rows[0]?.['over'] === true;
  });
  second.hints.wake('work');
  held.resolve(done);
  await untilDone(second);
  expect(runs).toBe(1);
});

test('work goes on after the database was away', async () => {
  await using database = await testDatabase();
  const seen: string[] = [];
  await using replica = await startWorkReplica(database.url, [
    counting(async ({ key }) => (seen.push(key), done)),
  ]);
  await using operator = connect(database.url, { max: 1 });
  await ask(replica, 'before');
  await untilDone(operator);
  await operator.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`;
  await operator.sql`insert into work (kind, key, payload) values ('count', 'after', '{"count": 1}')`;
  await untilDone(operator);
  expect(seen).toEqual(['before', 'after']);
});
