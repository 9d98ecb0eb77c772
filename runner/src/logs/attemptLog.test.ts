import { createHash } from 'node:crypto';
import { descriptors, FrameDecoder, noStep, type LogRecord } from '@flotilla/shared/logs/frame';
import { expect, test, vi } from 'vitest';
import { AttemptLog } from './attemptLog.ts';
import { Mask } from './mask.ts';

/** A log whose bytes are kept here instead of being sent. */
function openLog(limitBytes = 1024 * 1024, secrets: readonly string[] = []) {
  const decoder = new FrameDecoder();
  const records: LogRecord[] = [];
  const sink = {
    async write(...pieces: readonly Uint8Array[]) {
      records.push(...decoder.push(Buffer.concat(pieces)));
    },
  };
  const textOf = (descriptor: number) =>
    records
      .filter((record) => record.descriptor === descriptor)
      .map((record) => Buffer.from(record.data).toString())
      .join('');
  return { log: new AttemptLog(sink, limitBytes, new Mask(secrets)), records, textOf };
}

const { stdout, stderr, notice } = descriptors;

test('a complete line is sent at once, an incomplete one when it is complete', async () => {
  const { log, records } = openLog();
  await log.write(0, stdout, Buffer.from('one\ntw'));
  expect(records.map((record) => Buffer.from(record.data).toString())).toEqual(['one\n']);
  await log.write(0, stdout, Buffer.from('o\n'));
  expect(records.map((record) => Buffer.from(record.data).toString())).toEqual(['one\n', 'two\n']);
});

test('bytes may be used again once they were taken, also those of a line that is not complete', async () => {
  const { log, textOf } = openLog();
  const data = Buffer.alloc(7);
  for (const text of ['one\ntwo', 'and\none', '...\nend']) {
    data.write(text);
    await log.write(0, stdout, data);
    data.fill('x');
  }
  await log.endStep(0);
  expect(textOf(stdout)).toBe('one\ntwoand\none...\nend');
});

test('an incomplete line is sent by itself after a while', async () => {
  const { log, textOf } = openLog();
  await log.write(0, stdout, Buffer.from('Continue? '));
  expect(textOf(stdout)).toBe('');
  await vi.waitFor(() => expect(textOf(stdout)).toBe('Continue? '), 5000);
});

test('what a Step leaves without a line end is sent at its end, before the next Step', async () => {
  const { log, records } = openLog();
  await log.write(0, stdout, Buffer.from('out'));
  await log.write(0, stderr, Buffer.from('err'));
  await log.endStep(0);
  await log.write(1, stdout, Buffer.from('next\n'));
  expect(records.map((record) => [record.step, record.descriptor])).toEqual([
    [0, stdout],
    [0, stderr],
    [1, stdout],
  ]);
});

test('each Step and descriptor has length and hash of exactly what was stored', async () => {
  const { log } = openLog();
  const data = Buffer.from([0xff, 0x00, 0x0a, 0x41, 0x0a]);
  await log.write(0, stdout, data.subarray(0, 4));
  await log.write(0, stdout, data.subarray(4));
  await log.write(0, stderr, Buffer.from('e\n'));
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  expect(log.streamHashes()).toEqual([
    { step: 0, descriptor: stdout, bytes: 5, sha256: sha256(data) },
    { step: 0, descriptor: stderr, bytes: 2, sha256: sha256(Buffer.from('e\n')) },
  ]);
});

test('at its limit a log says so once, and ends with what was written last', async () => {
  const { log, records, textOf } = openLog(2000);
  for (let line = 0; line < 20_000; line++)
    await log.write(0, stdout, Buffer.from(`line ${100_000 + line}\n`));
  expect(log.limitReached).toBe(true);
  await log.end();
  const text = textOf(stdout);
  expect(text.startsWith('line 100000\nline 100001\n')).toBe(true);
  expect(text.endsWith('line 119999\n')).toBe(true);
  const notices = records.filter((record) => record.step === noStep);
  expect(notices).toHaveLength(2);
  const omitted = Number(/\[(\d+) bytes are left out here/.exec(textOf(notice))?.[1]);
  expect(Buffer.byteLength(text) + omitted).toBe(20_000 * 'line 100000\n'.length);
  const [hash] = log.streamHashes();
  expect(hash).toMatchObject({ descriptor: stdout, bytes: Buffer.byteLength(text) });
});

test('a log below its limit ends without a word', async () => {
  const { log, records } = openLog();
  await log.write(0, stdout, Buffer.from('x\n'));
  await log.end();
  expect(records).toHaveLength(1);
  expect(log.limitReached).toBe(false);
});

test('the notice with which a Step begins is marked, also behind the limit, and no other is', async () => {
  const { log, records } = openLog(100);
  await log.beginStep(0, 'Step 1 of 2: a');
  await log.notice('Pulling', 0);
  await log.write(0, stdout, Buffer.alloc(200, 'x'));
  await log.beginStep(1, 'Step 2 of 2: b');
  await log.notice('Pulling', 1);
  await log.end();
  const begin = records.filter(({ beginsStep }) => beginsStep === true);
  expect(begin.map(({ data }) => Buffer.from(data).toString())).toEqual([
    'Step 1 of 2: a\n',
    'Step 2 of 2: b\n',
  ]);
});

test('the last line of stderr is taken without control characters, once', async () => {
  const { log } = openLog();
  await log.write(0, stderr, Buffer.from('first\n\u001b[31merror:\u001b[0m no\u0007 such file\r\n'));
  expect(log.takeLastErrorLine()).toBe('error: no such file');
  expect(log.takeLastErrorLine()).toBe('');
});

test('a failure of the sink while a line was held back is thrown at the next write', async () => {
  const log = new AttemptLog({ write: () => Promise.reject(new Error('gone')) }, 1000, new Mask([]));
  await log.write(0, stdout, Buffer.from('held'));
  const next = () => log.write(0, stdout, Buffer.alloc(0));
  await vi.waitFor(() => expect(next()).rejects.toThrow('gone'), 5000);
});

test('a secret is in no stream, however it is cut, and in no line of our own or of an outcome', async () => {
  const { log, textOf } = openLog(1000, ['s3cret-value']);
  await log.write(0, stdout, Buffer.from('the s3cr'));
  await log.write(0, stderr, Buffer.from('value s3cret-value\n'));
  await log.write(0, stdout, Buffer.from('et-val'));
  await log.write(0, stdout, Buffer.from(`ue and ${Buffer.from('s3cret-value').toString('base64')}\n`));
  await log.beginStep(0, 'Step 1 of 1: deploy --key s3cret-value');
  expect(textOf(stdout)).toBe('the *** and ***\n');
  expect(textOf(stderr)).toBe('value ***\n');
  expect(textOf(notice)).toBe('Step 1 of 1: deploy --key ***\n');
  expect(log.takeLastErrorLine()).toBe('value ***');
});

test('of an incomplete line only the beginning of a secret is held back', async () => {
  const { log, textOf } = openLog(1000, ['s3cret-value']);
  await log.write(0, stdout, Buffer.from('key: s3cret'));
  await vi.waitFor(() => expect(textOf(stdout)).toBe('key: '), 5000);
  await log.endStep(0);
  expect(textOf(stdout)).toBe('key: s3cret');
});

test('a sink that has failed stops what writes, and still takes how the log ends', async () => {
  const texts: string[] = [];
  const decoder = new FrameDecoder();
  const sink = {
    failure: new Error('the disk is full'),
    async write(...pieces: readonly Uint8Array[]) {
      texts.push(...decoder.push(Buffer.concat(pieces)).map((record) => Buffer.from(record.data).toString()));
    },
  };
  const log = new AttemptLog(sink, 1000, new Mask([]));
  await expect(log.write(0, stdout, Buffer.from('one\n'))).rejects.toThrow('the disk is full');
  await log.end('Job errored: the disk is full');
  expect(texts).toEqual(['one\n', 'Job errored: the disk is full\n']);
  expect(log.streamHashes()).toHaveLength(2);
});
