import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './lockFolder.ts';

let folder: string;
const names = { file: 'lock', holder: 'runner', setting: 'FLOTILLA_RUNNER_STATE' };
const lock = () => lockFolder({ ...names, folder });
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process that takes and gives back the lock as it is told, and says what came of it. */
const program = `
  import { lockFolder } from ${JSON.stringify(new URL('lockFolder.ts', import.meta.url).href)};
  let lock;
  process.on('message', async ({ folder }) => {
    if (folder !== null) lock = await lockFolder({ ...${JSON.stringify(names)}, folder }).catch(({ message }) => message);
    else if (typeof lock === 'object') await lock[Symbol.asyncDispose]();
    process.send(folder === null || typeof lock === 'object' ? 'done' : lock);
  });
  process.send('ready');`;

/** Disposing kills it. */
async function startProcess() {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  await once(child, 'message');
  const tell = async (message: string | null): Promise<string> => {
    const answer = once(child, 'message') as Promise<[string]>;
    child.send({ folder: message });
    return (await answer)[0];
  };
  return {
    pid: child.pid,
    /** 'done', or why it was refused. */
    lock: () => tell(folder),
    unlock: () => tell(null),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('a second runner on the same folder is refused with what to do', async () => {
  await using _lock = await lock();
  await expect(lock()).rejects.toThrow(
    `Another runner (process ${process.pid}) works in ${folder}. End that one, or give this one a folder of its own in FLOTILLA_RUNNER_STATE.`,
  );
});

test('a folder is free again when its runner has ended', async () => {
  {
    await using _lock = await lock();
  }
  await using again = await lock();
  expect(again).toBeDefined();
});

test('a folder is free again when its runner was killed', async () => {
  {
    await using killed = await startProcess();
    expect(await killed.lock()).toBe('done');
    await expect(lock()).rejects.toThrow(`Another runner (process ${killed.pid}) works in`);
  }
  await using again = await lock();
  expect(again).toBeDefined();
});

test.each([
  ['a process that is gone', '4194305 77'],
  ['another process that got the number of a killed runner', `${process.pid} 1`],
  ['nothing that can be read', ''],
])('the lock of %s holds up nobody', async (_case, holder) => {
  await writeFile(join(folder, 'lock'), holder);
  await using again = await lock();
  expect(again).toBeDefined();
});

test('of processes that take a folder at the same time, after one that was killed, exactly one gets it', async () => {
  await using first = await startProcess();
  await using second = await startProcess();
  await using third = await startProcess();
  const processes = [first, second, third];
  for (let round = 0; round < 30; round += 1) {
    await writeFile(join(folder, 'lock'), '4194305 77');
    const answers = await Promise.all(processes.map((one) => one.lock()));
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(1);
    await Promise.all(processes.map((one) => one.unlock()));
  }
});
