import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockStateFolder } from './stateFolder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a second runner on the same folder is refused with what to do', async () => {
  await using _lock = await lockStateFolder(folder);
  await expect(lockStateFolder(folder)).rejects.toThrow(
    `Another runner (process ${process.pid}) works in ${folder}. Give this one a folder of its own in FLOTILLA_RUNNER_STATE.`,
  );
});

test('a folder is free again when its runner has ended', async () => {
  {
    await using _lock = await lockStateFolder(folder);
  }
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ['a process that is gone', '4194305 77'],
  ['another process that got the number of a killed runner', `${process.pid} 1`],
  ['nothing that can be read', ''],
])('the lock of %s holds up nobody', async (_case, holder) => {
  await writeFile(join(folder, 'lock'), holder);
  await using lock = await lockStateFolder(folder);
  expect(lock).toBeDefined();
});
