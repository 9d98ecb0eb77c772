import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { descriptors, type Descriptor } from '@flotilla/shared/logs/frame';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formsOf } from '../../runner/src/logs/secretForms.ts';
import { nothingLeft } from '../support/containers.ts';
import { real, startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { bytesOf, readLog } from '../support/logs.ts';
import { hashesOf } from '../support/numberedLines.ts';
import { currentAttempt } from '../support/steps.ts';
import { chosenSeed, randomOf, type Random } from '../support/storm/random.ts';
import { waitFor } from '../support/waitFor.ts';

/** Runners, each with secrets of its own. */
const rounds = real ? 30 : 4;
const secretsOfRound = 8;
/** Times that some secret is written to a descriptor. */
const occurrences = 40;
const outputs = [descriptors.stdout, descriptors.stderr] as const;
const letters = 'abcdefghijABCDEFGHIJ0123456789+/=-_.:%é☃'.split('');

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
});
afterAll(() => resources.disposeAsync());

function text(random: Random, from: number, to: number): string {
  return Array.from({ length: Math.floor(random.between(from, to)) }, () => random.one(letters)).join('');
}

/** Some begin as others do, and some are parts of others. */
function someSecrets(random: Random): string[] {
  const secrets: string[] = [];
  while (secrets.length < secretsOfRound) {
    const other = secrets.at(-1) ?? '';
    const kind = random.one(['new', 'longer', 'part']);
    if (kind === 'new') secrets.push(text(random, 4, 40));
    else if (kind === 'longer') secrets.push(other + text(random, 4, 10));
    else if (other.length > 8) secrets.push(other.slice(2, -2));
  }
  return secrets;
}

/** What a Step writes to one descriptor: secrets as they are and in base64, among other bytes. */
function outputWith(random: Random, secrets: readonly string[]): Buffer {
  const parts = Array.from({ length: occurrences }, () => {
    const secret = random.one(secrets);
    const encoding = random.one(['utf8', 'base64', 'base64url'] as const);
    const shown =
      encoding === 'utf8'
        ? secret
        : Buffer.from(text(random, 0, 5) + secret + text(random, 0, 5)).toString(encoding);
    return text(random, 0, 20) + shown + random.one(['\n', ' ', '', '\0', '\r\n']);
  });
  return Buffer.from(`${parts.join('')}\nlast ${random.one(secrets)}\n`);
}

/** The pieces that both outputs are written in: cut anywhere, in turn as chance has it, some after a pause. */
function planOf(random: Random, streams: ReadonlyMap<Descriptor, Buffer>): string[] {
  const left = new Map(streams);
  const plan: string[] = [];
  while (left.size > 0) {
    const descriptor = random.one([...left.keys()]);
    const rest = left.get(descriptor) ?? Buffer.alloc(0);
    const piece = rest.subarray(0, Math.ceil(random.between(0, 12)));
    // Longer than an incomplete line is held back.
    plan.push(`${descriptor} ${piece.toString('hex')} ${random.next() < 0.03 ? 40 : 0}`);
    if (piece.length < rest.length) left.set(descriptor, rest.subarray(piece.length));
    else left.delete(descriptor);
  }
  return plan;
}

/** The bytes as they may be seen: each run of bytes that belong to a form of a secret is three asterisks. */
function hiding(forms: readonly Buffer[], output: Buffer): Buffer {
  const secret = new Uint8Array(output.length);
  for (const form of forms) {
    for (let at = output.indexOf(form); at >= 0; at = output.indexOf(form, at + 1))
      secret.fill(1, at, at + form.length);
  }
  const parts = [...output].map((byte, at) => {
    if (secret[at] === 0) return Buffer.of(byte);
    return Buffer.from(at === 0 || secret[at - 1] === 0 ? '***' : '');
  });
  return Buffer.concat(parts);
}

test(`#30 no secret is seen in a log, stored or followed, however a Step cuts and encodes it, and nothing else is hidden`, async () => {
  const random = randomOf(chosenSeed());
  console.log(`FLOTILLA_FAULTS_SEED=${random.seed}`);
  for (let round = 1; round <= rounds; round++) {
    const given = someSecrets(random);
    const maskFile = join(deployment.folder, `masked-${round}`);
    await writeFile(maskFile, `${given.join('\n')}\n`);
    await using runner = deployment.startRunner({ env: { FLOTILLA_MASK_FILE: maskFile } });
    const secrets = [...given, deployment.runnerToken];
    const forms = secrets.flatMap((secret) => formsOf(Buffer.from(secret)));
    const streams = new Map(outputs.map((output) => [output, outputWith(random, secrets)]));
    const script = `perl -MTime::HiRes=sleep -ne '
      my ($descriptor, $piece, $pauseMs) = split;
      syswrite($descriptor == 1 ? STDOUT : STDERR, pack("H*", $piece)); sleep $pauseMs / 1000 if $pauseMs' <<'PLAN'
${planOf(random, streams).join('\n')}
PLAN
exit 1`;
    const execution = await deployment.startScript('repo:', script, { network: 'none' });
    const { id, jobId } = await currentAttempt(deployment, execution, 1);
    using log = followLog(deployment.client, id);
    const { jobs } = await deployment.ended(execution, 60_000);
    await waitFor('the client to have read the end', () => log.ended);

    const stored = await readLog(deployment.client, id);
    for (const output of outputs) {
      const expected = hiding(forms, streams.get(output) ?? Buffer.alloc(0));
      expect(bytesOf(stored, output).toString('latin1')).toBe(expected.toString('latin1'));
    }
    expect({ read: hashesOf(log.records), faults: log.faults }).toEqual({
      read: hashesOf(stored),
      faults: [],
    });
    const attempts = await deployment.attemptsOf(jobId);
    const seen = Buffer.concat([
      ...[...stored, ...log.records].map(({ data }) => data),
      Buffer.from(JSON.stringify([...jobs.values(), ...attempts])),
    ]);
    expect(forms.filter((form) => seen.includes(form)).map(String)).toEqual([]);
    expect(attempts).toMatchObject([{ outcome: { kind: 'failed', exitCode: 1, lastLine: 'last ***' } }]);
    await nothingLeft(runner);
  }
}, 600_000);
