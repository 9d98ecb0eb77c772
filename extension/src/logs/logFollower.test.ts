import { encodeFrame, type LogRecord } from '@flotilla/shared/logs/frame';
import type { LogMessage } from '@flotilla/shared/views';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followLog, type Tail } from './logFollower.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`);
const log = new Uint8Array(
  lines.flatMap((line) => [
    ...encodeFrame({ step: 0, descriptor: 1, time: 0, data: new TextEncoder().encode(line) }),
  ]),
);

const chunk = (from: number, to: number): LogMessage => ({
  kind: 'chunk',
  offset: from,
  data: btoa(String.fromCharCode(...log.subarray(from, to))),
});
const end: LogMessage = { kind: 'end', offset: log.length, state: 'succeeded' };

/** A service whose stream the test plays by hand. */
function play() {
  const asked: number[] = [];
  let callbacks: Parameters<Tail>[1] | undefined;
  const tail: Tail = (offset, given) => {
    asked.push(offset);
    callbacks = given;
    return { dispose: () => undefined };
  };
  const records: LogRecord[] = [];
  const ends: string[] = [];
  const problems: unknown[] = [];
  const refusals: string[] = [];
  const followed = followLog(tail, {
    onRecords: (more) => records.push(...more),
    onEnd: (state) => ends.push(state),
    onProblem: (error) => problems.push(error),
    onRefused: (sentence) => refusals.push(sentence),
  });
  return {
    asked,
    ends,
    problems,
    refusals,
    followed,
    send: (...messages: LogMessage[]) => messages.forEach((message) => callbacks?.onMessage(message)),
    fail: (error: unknown) => callbacks?.onError(error),
    refuse: (sentence: string) => callbacks?.onRefused(sentence),
    complete: () => callbacks?.onComplete(),
    text: () => records.map((record) => new TextDecoder().decode(record.data)),
  };
}

test('a log arrives line by line, wherever its chunks are cut', () => {
  const stream = play();
  for (let at = 0; at < log.length; at += 7) stream.send(chunk(at, Math.min(log.length, at + 7)));
  stream.send(end);
  expect(stream.text()).toEqual(lines);
  expect(stream.ends).toEqual(['succeeded']);
});

test('bytes that come twice after a cut are taken once', () => {
  const stream = play();
  stream.send(chunk(0, 100), chunk(60, 150), chunk(20, 90), chunk(150, log.length), end);
  expect(stream.text()).toEqual(lines);
});

test('where bytes are missing the stream is asked for again from the gap', () => {
  const stream = play();
  stream.send(chunk(0, 100), chunk(130, log.length));
  expect(stream.asked).toEqual([0, 100]);
  stream.send(chunk(100, log.length), end);
  expect(stream.text()).toEqual(lines);
});

test('where the same bytes go on missing, it is asked for again after a pause', () => {
  const stream = play();
  stream.send(chunk(0, 100), chunk(130, log.length));
  for (let times = 0; times < 50; times++) stream.send(chunk(130, log.length));
  expect(stream.asked).toEqual([0, 100]);
  expect(stream.problems).toHaveLength(2);
  vi.advanceTimersToNextTimer();
  expect(stream.asked).toEqual([0, 100, 100]);
});

test.each([
  ['is no base64', { kind: 'chunk', offset: 0, data: '%%%' } as const, /damaged/],
  ['is no frame', { kind: 'chunk', offset: 0, data: btoa('x'.repeat(40)) } as const, /descriptor 120/],
])('a log that %s ends with a sentence', (_what, message, sentence) => {
  const stream = play();
  stream.send(message);
  vi.runAllTimers();
  expect(stream.refusals).toEqual([expect.stringMatching(sentence)]);
  expect(stream.asked).toEqual([0]);
});

test('after an error it goes on from its own offset, and says that there was one', () => {
  const stream = play();
  stream.send(chunk(0, 110));
  stream.fail(new Error('the socket was cut'));
  vi.runAllTimers();
  expect(stream.asked).toEqual([0, 110]);
  expect(stream.problems).toHaveLength(1);
  stream.send(chunk(110, log.length), end);
  expect(stream.text()).toEqual(lines);
});

test('a log that the service has no more is said to be so, and not asked for again', () => {
  const stream = play();
  stream.refuse('The log of attempt 7 was deleted on 2026-01-31.');
  stream.complete();
  vi.runAllTimers();
  expect(stream.asked).toEqual([0]);
  expect(stream.refusals).toEqual(['The log of attempt 7 was deleted on 2026-01-31.']);
  expect(stream.problems).toEqual([]);
});

test('a stream that completes without an end is asked for again', () => {
  const stream = play();
  stream.send(chunk(0, 50));
  stream.complete();
  vi.runAllTimers();
  expect(stream.asked).toEqual([0, 50]);
});

test('after its end, or once disposed, it asks no more', () => {
  const ended = play();
  ended.send(chunk(0, log.length), end);
  ended.complete();
  const disposed = play();
  disposed.followed.dispose();
  disposed.fail(new Error('late'));
  vi.runAllTimers();
  expect([...ended.asked, ...disposed.asked]).toEqual([0, 0]);
});
