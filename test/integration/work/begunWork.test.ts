import { expect, test } from 'vitest';
import { z } from 'zod';
import { askForWork, beginningWork } from '../../../service/src/work/askForWork.ts';
import type { TakenWork } from '../../../service/src/work/performWork.ts';
import { workKind } from '../../../service/src/work/workKind.ts';
import { testDatabase } from '../../support/testDatabase.ts';
import { waitFor } from '../../support/waitFor.ts';
import { startWorkReplica, type WorkReplica } from '../../support/workReplica.ts';

/** Makes work of the kind `count` that its caller begins at once. */
async function begin({ sql, work }: WorkReplica): Promise<TakenWork> {
  const limits = { leaseMs: 60_000, backOffMs: [60_000] };
  const wanted = sql`select 'count', 'begun', '{}'::jsonb`;
  const [row] = await sql<{ id: string; token: string }[]>`
    ${beginningWork(sql, wanted, { holder: work.holder, leaseMs: limits.leaseMs })}`;
  if (row === undefined) throw new Error('nothing was begun');
  return {
    lease: { id: Number(row.id), token: Number(row.token) },
    name: 'count begun',
    tries: 1,
    ...limits,
  };
}

const never = new AbortController().signal;

test('a replica that stops waits for what callers have begun, and gives it back', async () => {
  await using database = await testDatabase();
  await using replica = await startWorkReplica(database.url, []);
  let ended = false;
  const performing = replica.work.performBegun(
    await begin(replica),
    async (signal) => {
      await waitFor('the signal', () => signal.aborted);
      ended = true;
      signal.throwIfAborted();
      return { kind: 'done' };
    },
    never,
  );
  await replica.stop();
  expect(ended).toBe(true);
  expect(await replica.sql`select tries, holder, due_at <= now() as is_due from work`).toEqual([
    { tries: 0, holder: null, is_due: true },
  ]);
  await performing;
});

test('what callers have begun takes no room of what is due', async () => {
  await using database = await testDatabase();
  const kind = workKind({
    name: 'count',
    payload: z.object({}),
    atOnce: 1,
    leaseMs: 60_000,
    backOffMs: [60_000],
    title: () => 'Count',
    run: async () => ({ kind: 'done' }),
  });
  await using replica = await startWorkReplica(database.url, [kind]);
  const held = Promise.withResolvers<{ readonly kind: 'done' }>();
  const performing = replica.work.performBegun(await begin(replica), () => held.promise, never);
  await askForWork(replica, { kind: 'count', key: 'due', payload: {} });
  await waitFor('what is due to be done', async () => (await replica.sql`select from work`).length === 1);
  held.resolve({ kind: 'done' });
  await performing;
  expect(await replica.sql`select from work`).toEqual([]);
});
