import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dockerEngine } from '../../runner/src/sandbox/engine/engine.ts';
import { AttemptDisks } from '../../runner/src/sandbox/folders/attemptDisks.ts';
import { mountsBelow, temporaryFolder } from '../support/temporaryFolder.ts';

/** Disks of a runner whose engine was away when it started, so that its first Attempts find out about them. */
function disksBelow(stateFolder: string): { disks: AttemptDisks; reasons: unknown[] } {
  const reasons: unknown[] = [];
  const info = (details: unknown) => void reasons.push(details);
  return { disks: new AttemptDisks(dockerEngine(), { diskQuota: 'auto', stateFolder }, { info }), reasons };
}

test('several Attempts that begin at once find out once, and leave no probe', async () => {
  await using folder = await temporaryFolder();
  const { disks, reasons } = disksBelow(folder.path);
  expect(await Promise.all([1, 2, 3].map(() => disks.find()))).toEqual([true, true, true]);
  expect(reasons).toEqual([]);
  expect(await mountsBelow(folder.path)).toEqual([]);
});

test('a limit that is larger than any file may be is one', async () => {
  await using folder = await temporaryFolder();
  const { disks } = disksBelow(folder.path);
  const attempt = join(folder.path, 'attempt');
  await mkdir(attempt);
  expect(await disks.make(attempt, 100 * 1024 ** 4)).toBe(true);
  expect(await mountsBelow(folder.path)).toEqual([join(attempt, 'work')]);
});
