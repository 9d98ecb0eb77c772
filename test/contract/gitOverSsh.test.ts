import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { git } from '../../service/src/codeHosts/git/kind.ts';
import { SecretValue } from '../../service/src/secrets/secretValue.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { describeContract } from './describeContract.ts';
import { gitOverSshKind } from './hosts/gitOverSsh.ts';
import { expectRefusal, main } from './working.ts';

describeContract(gitOverSshKind);

const ref = { externalId: null, name: 'srv/web' };

function open({ url }: Sshd, knownHosts: string, key: string | undefined) {
  const credential = key === undefined ? undefined : new SecretValue(key);
  const context = { hostId: 0, credential: () => Promise.resolve(credential) };
  return git.open(url, { urls: [`${url}/${ref.name}`], knownHosts }, context);
}

test('a host that shows another key than it is known by, or none is known for, is not talked to', async () => {
  await using server = await startSshd();
  await using other = await startSshd();
  const key = await readFile(server.keyFile, 'utf8');
  const [place = ''] = server.knownHosts.split(' ', 1);
  for (const known of ['', other.knownHosts.replace(/^\S+/, place)]) {
    const refusal = await expectRefusal(open(server, known, key).heads(ref, [main]), 'unavailable');
    expect(refusal.message).toContain('host key');
  }
  // The right one is talked to, and has no such repository.
  await expectRefusal(open(server, server.knownHosts, key).heads(ref, [main]), 'gone');
});

async function keyOfAnother(): Promise<string> {
  await using other = await startSshd();
  return readFile(other.keyFile, 'utf8');
}

test.each<[string, () => Promise<string | undefined>]>([
  ['no key', () => Promise.resolve(undefined)],
  ['what is no key', () => Promise.resolve('secret')],
  ['the key of another', keyOfAnother],
])('%s is refused as a credential, and not quoted', async (_what, keyOf) => {
  await using server = await startSshd();
  const refusal = await expectRefusal(
    open(server, server.knownHosts, await keyOf()).heads(ref, [main]),
    'credential',
  );
  expect(refusal.message).not.toContain('secret');
});
