import { anything, assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { readEnvelope } from './envelope.ts';

test.each([
  '{"id":1,"result":{"type":"data","data":5}}',
  '{"id":1,"result":{"type":"started"}}',
  '{"id":null,"method":"reconnect"}',
  '{"id":1,"error":{"message":"no","code":-32600,"data":{"code":"BAD_REQUEST"}}}',
  '{"id":1,"error":{"message":"no","data":{"flotilla":{"code":"notFound","details":{}}}}}',
])('%s is a message', (text) => {
  expect(readEnvelope(text)).toEqual(JSON.parse(text));
});

test.each([
  '',
  'hello',
  '{',
  'null',
  '5',
  '"text"',
  '[]',
  '[{"id":1,"result":{"type":"data"}}]',
  '{}',
  '{"id":1}',
  '{"id":1,"result":null}',
  '{"id":1,"result":5}',
  '{"id":1,"result":[]}',
  '{"id":1,"error":null}',
  '{"id":1,"error":"no"}',
  '{"id":1,"error":{"message":5}}',
  '{"id":1,"error":{"message":"no","data":5}}',
  '{"id":1,"error":{"message":"no","data":{"flotilla":{"code":5}}}}',
  '{"id":1,"error":{"message":"no","data":{"flotilla":{"code":"notFound"}}}}',
  '{"id":1,"method":"shutdown"}',
])('%s is none', (text) => {
  expect(readEnvelope(text)).toBeUndefined();
});

test('whatever comes, it is a message or none, and nothing is thrown', () => {
  assert(
    property(anything(), string({ unit: 'binary' }), (value, text) => {
      readEnvelope(value);
      readEnvelope(text);
      readEnvelope(JSON.stringify(value));
    }),
    { numRuns: 1000 },
  );
});
