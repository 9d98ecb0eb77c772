import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import { credentialOf } from '../../../service/src/codeHosts/credentialOf.ts';
import {
  add,
  list,
  remove,
  replace,
  test as tryAgain,
} from '../../../service/src/hostCommand/manageHosts.ts';
import { startGitHttpServer } from '../../support/gitHttpServer.ts';
import { makeRepository } from '../../support/repositories.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { testService } from '../../support/testService.ts';

/** What a command says and prints. */
function paper() {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { lines, printer: { out: write, say: write } };
}

test('a host is tried and connected, listed, given another credential and disconnected where the service runs', async () => {
  await using folder = await temporaryFolder();
  await makeRepository(join(folder.path, 'web'), { files: { a: 'a\n' } });
  await using server = await startGitHttpServer(folder.path);
  await using flotilla = await testService({ config: { repositories: [] } });
  const { sql, database, secrets, codeHosts } = flotilla.service;
  const context = { sql, database, secrets, allowLocal: true };
  const credentialFile = join(folder.path, 'credential');
  await writeFile(credentialFile, 'first\n');
  const { lines, printer } = paper();
  const host = {
    name: 'plain',
    address: server.url,
    kind: 'git',
    url: [`${server.url}/web`],
    credentialFile,
  };
  await add(context, host, printer);
  expect(lines).toEqual([
    'It has 1 repository.',
    'plain is connected. Everyone with a token for this service can read its repositories.',
  ]);
  await codeHosts.sync();
  expect(await flotilla.api.repositories.list.query()).toMatchObject([
    { name: 'web', codeHost: 'plain', reason: null },
  ]);
  const [row] = await flotilla.api.codeHosts.list.query();
  const kept = async () => (await secrets.open(credentialOf(row?.id ?? 0)))?.reveal();
  expect(await kept()).toBe('first');
  await writeFile(credentialFile, 'second\n');
  await replace(context, { name: 'plain', credentialFile }, printer);
  expect(await kept()).toBe('second');
  await tryAgain(context, 'plain', printer);
  await list(context, printer);
  await remove(context, 'plain', printer);
  expect(lines.slice(2)).toEqual([
    'plain has another credential now.',
    'It has 1 repository.',
    'NAME   KIND  ADDRESS',
    `plain  git   ${server.url}`,
    'plain is disconnected, and its credential is forgotten.',
  ]);
  expect(lines.join('\n')).not.toMatch(/first|second/);
  expect(await kept()).toBeUndefined();
  expect(await flotilla.api.repositories.list.query()).toEqual([]);
});

test.each([
  [{ address: 'http://192.0.2.7' }, 'is not encrypted'],
  [{ address: 'nowhere' }, 'is no address'],
  [{ kind: 'directory' }, 'There is no kind of code host "directory" that can be connected.'],
  [{ kind: 'constructor' }, 'There is no kind of code host "constructor" that can be connected.'],
  [{ credentialFile: '/nowhere/credential' }, '/nowhere/credential cannot be read'],
])('a host of %j is refused in one sentence, and leaves nothing', async (more, sentence) => {
  await using flotilla = await testService({ config: { repositories: [] } });
  const { sql, database, secrets } = flotilla.service;
  const host = { name: 'x', address: 'https://192.0.2.7', kind: 'git', ...more };
  const refused = add({ sql, database, secrets, allowLocal: false }, host, paper().printer);
  expect(await refused.catch(messageOf)).toContain(sentence);
  expect(await sql`select from code_hosts`).toHaveLength(0);
});

test('a name that no host has is said with those that there are', async () => {
  await using flotilla = await testService();
  const { sql, database, secrets } = flotilla.service;
  const refused = remove({ sql, database, secrets, allowLocal: false }, 'nope', paper().printer);
  expect(await refused.catch(messageOf)).toBe('There is no code host "nope"; there are repositories.');
});
