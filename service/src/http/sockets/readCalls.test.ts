import {
  anything,
  array,
  assert,
  constantFrom,
  dictionary,
  jsonValue,
  oneof,
  property,
  record,
  string,
} from 'fast-check';
import { expect, test } from 'vitest';
import { readAnswer, readCalls } from './readCalls.ts';

const call = record({
  id: oneof(string({ unit: 'binary' }), jsonValue(), anything()),
  method: oneof(
    constantFrom('query', 'mutation', 'subscription', 'subscription.stop', '__proto__', 'toString'),
    jsonValue(),
  ),
  params: jsonValue(),
});

test('any message is calls or a reason, and each call can be answered', () => {
  const message = oneof(
    string({ unit: 'binary' }),
    oneof(call, array(call), jsonValue(), dictionary(string(), jsonValue())).map(
      (value) => JSON.stringify(value) ?? '',
    ),
  );
  assert(
    property(message, (text) => {
      const calls = readCalls(Buffer.from(text));
      if (typeof calls === 'string') return;
      for (const one of calls) {
        const { id } = JSON.parse(one.text.toString()) as { id: unknown };
        expect(JSON.stringify(id)).toBe(one.id);
        const answer = JSON.stringify({ id, result: { type: 'data', data: { error: 1 } } });
        expect(readAnswer(answer)).toEqual({ id: one.id, endsSubscription: false });
        const ended = JSON.stringify({ id, jsonrpc: '2.0', result: { type: 'stopped' } });
        expect(readAnswer(ended)).toEqual({ id: one.id, endsSubscription: true });
        const failed = JSON.stringify({ id, error: { message: 'a' } });
        expect(readAnswer(failed)).toEqual({ id: one.id, endsSubscription: true });
      }
    }),
    { numRuns: 1000 },
  );
});

test('a message of several calls is so many messages', () => {
  const one = { id: 1, method: 'query', params: { path: 'a' } };
  const calls = readCalls(Buffer.from(JSON.stringify([one, { id: 'b', method: 'subscription.stop' }])));
  expect(calls).toEqual([
    { id: '1', kind: 'call', text: Buffer.from(JSON.stringify(one)) },
    { id: '"b"', kind: 'stop', text: Buffer.from('{"id":"b","method":"subscription.stop"}') },
  ]);
});

test.each(['PING', '{"id":null,"method":"reconnect"}', '{"id":null,"error":{}}', ''])(
  '%j answers no call',
  (message) => {
    expect(readAnswer(message)).toBeUndefined();
  },
);

test('lists and objects are counted, and those in texts are not', () => {
  const lists = (count: number) =>
    `{"id":1,"method":"query","params":{"path":"a","input":[${'[],'.repeat(count)}"${'[{'.repeat(200_000)}\\"["]}}`;
  expect(readCalls(Buffer.from(lists(99_000)))).toHaveLength(1);
  expect(readCalls(Buffer.from(lists(100_000)))).toBe('more than 100000 lists and objects in one message');
});
