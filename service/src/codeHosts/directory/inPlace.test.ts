import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inPlace } from './inPlace.ts';

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'flotilla-folder-'));
  folder = join(parent, 'a');
  await mkdir(folder);
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test('what is found in a folder that stays where it is counts', async () => {
  expect(await inPlace(folder, () => Promise.resolve('found'))).toBe('found');
});

test('what is found in a folder that goes meanwhile, or gives its place to another, does not count', async () => {
  const leave = () => rename(folder, join(parent, 'b'));
  const giveWay = () => leave().then(() => mkdir(folder));
  await expect(inPlace(folder, giveWay)).rejects.toThrow(
    `another folder took the place of ${folder} while it was looked at`,
  );
  await rm(join(parent, 'b'), { recursive: true });
  await expect(inPlace(folder, leave)).rejects.toThrow(`there is no folder ${folder}`);
  await expect(inPlace(folder, () => Promise.resolve('found'))).rejects.toThrow(
    `there is no folder ${folder}`,
  );
});
