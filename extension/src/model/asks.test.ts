import { expect, test } from 'vitest';
import { aJob } from './builders.ts';
import { Asks } from './asks.ts';

const none = { executions: [], attempts: [], removed: [], runnersOnline: 1, runners: null, queue: null };

test('a list is taken in with what the feed has named since it was asked for', async () => {
  const asks = new Asks();
  const answer = Promise.withResolvers<string>();
  const taken: unknown[] = [];
  const listed = asks.list(
    () => answer.promise,
    (list, since) => taken.push([list, [...since.jobs]]),
  );
  asks.record({ ...none, jobs: [aJob({ id: 7 })] });
  answer.resolve('the list');
  await listed;
  expect(taken).toEqual([['the list', [7]]]);
});

test('a list that became outdated while it was under way is asked for again', async () => {
  const asks = new Asks();
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const [first, second] = answers;
  const taken: unknown[] = [];
  const listed = asks.list(
    () => answers.shift()?.promise ?? Promise.reject(new Error('it was asked a third time')),
    (list, since) => taken.push([list, [...since.jobs]]),
  );
  asks.record({ ...none, jobs: [aJob({ id: 7 })] });
  asks.outdate();
  first?.resolve('from before');
  second?.resolve('from after');
  await listed;
  expect(taken).toEqual([['from after', []]]);
});
