import { expect, test } from 'vitest';
import { OneAtATime } from './oneAtATime.ts';

test('work of one key goes on one after the other, also after a failure, and that of another meanwhile', async () => {
  const work = new OneAtATime<string>();
  const said: string[] = [];
  const first = Promise.withResolvers<void>();
  const failing = work.run('a', async () => {
    await first.promise;
    throw new Error('failed');
  });
  const next = work.run('a', async () => said.push('a'));
  await work.run('b', async () => said.push('b'));
  expect(said).toEqual(['b']);
  first.resolve();
  await expect(failing).rejects.toThrow('failed');
  await next;
  expect(said).toEqual(['b', 'a']);
});
