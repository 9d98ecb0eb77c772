import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from 'vitest';
import { gitEnvironment, type GitNeeds } from './gitEnvironment.ts';
import { launch } from './launcher.ts';

let repository: string;
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'flotilla-git-'));
  await git(['init', '--quiet', '--bare', repository], {});
  return () => rm(repository, { recursive: true });
});

test('a git has the settings of every git and its own, which count, and none of the machine', async () => {
  await git([`--git-dir=${repository}`, 'config', 'core.hooksPath', '/the/repository’s'], {});
  const args = [`--git-dir=${repository}`, 'config', '--list', '--show-scope'];
  const said = await git(args, { 'core.bigFileThreshold': '16m', 'gc.auto': '5' });
  const lines = said.trim().split('\n');
  expect(lines).toContain('command\tcore.bigfilethreshold=16m');
  expect(lines.filter((line) => line.includes('gc.auto'))).toEqual(['command\tgc.auto=5']);
  // The last one counts.
  expect(lines.findLast((line) => line.includes('core.hookspath'))).toBe('command\tcore.hookspath=/dev/null');
  expect(lines.filter((line) => !/^(?:command|local)\t/.test(line))).toEqual([]);
});

async function git(args: readonly string[], settings: GitNeeds['settings']): Promise<string> {
  const program = await launch('git', args, { env: gitEnvironment({ settings, variables: {} }) });
  const output = await text(program.output);
  expect(await program.ended).toMatchObject({ exitCode: 0 });
  return output;
}
