import { beforeAll, expect, test } from 'vitest';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { callOf, opcodes, openRawWebSocket, type RawFrame } from '../support/rawWebSocket.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
beforeAll(async () => {
  attacked = await attackedService();
  return () => attacked[Symbol.asyncDispose]();
});

const { text, continuation, binary, ping, close } = opcodes;
const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** What a connection ends with: `answer` when a message came first. */
type End = number | 'answer';

async function endOf(parameters: string | undefined, ...frames: readonly RawFrame[]): Promise<End> {
  using client = await openRawWebSocket(attacked.url, parameters === undefined ? {} : { parameters });
  client.sendFrames(...frames);
  return await Promise.race([
    client.closed,
    client.next().then(
      () => 'answer' as const,
      () => client.closed,
    ),
  ]);
}

test.each<[what: string, parameters: string]>([
  ['that are no JSON', '{'],
  ['that are null', 'null'],
  ['that are a list', '[]'],
  ['that are a number', '1'],
  ['that are a text', '"token"'],
  ['of an empty text', ''],
  ['nested 30,000 deep', deep(30_000)],
  ['with data that is a list', '{"method":"connectionParams","data":["token"]}'],
  ['with a token that is a number', '{"data":{"token":1}}'],
  ['with a token that is an object', '{"data":{"token":{"toString":1}}}'],
  ['with __proto__', '{"data":{"__proto__":{"token":"a"}}}'],
  ['with a token of 60,000 letters', JSON.stringify({ data: { token: 'a'.repeat(60_000) } })],
  ['with a NUL in the token', '{"data":{"token":"flotilla_user_\\u0000"}}'],
  ['with half a surrogate pair', '{"data":{"token":"\\ud800"}}'],
  ['with a runner id that is none', '{"data":{"token":"a","runnerId":"../../x"}}'],
  [
    'with 5,000 more',
    JSON.stringify({ data: Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`a${n}`, ''])) }),
  ],
])('parameters %s open nothing', async (_what, parameters) => {
  const end = await withinBounds(attacked, () =>
    endOf(parameters, { opcode: text, data: JSON.stringify(callOf(1, 'server.info')) }),
  );
  // The answer is a refusal; that no token is good is asserted in access.test.ts.
  expect(['answer', 1005, 1006]).toContain(end);
});

test.each<[what: string, frames: readonly RawFrame[], end: End | readonly End[]]>([
  ['no JSON', [{ opcode: text, data: '{' }], 1008],
  ['nothing', [{ opcode: text }], 1008],
  ['null', [{ opcode: text, data: 'null' }], 1008],
  ['a number', [{ opcode: text, data: '1e999' }], 1008],
  ['a text', [{ opcode: text, data: '"query"' }], 1008],
  ['a list of lists', [{ opcode: text, data: '[[],[]]' }], 1008],
  [
    'a call without an id',
    [{ opcode: text, data: '{"method":"query","params":{"path":"server.info"}}' }],
    1008,
  ],
  ['an id that is an object', [{ opcode: text, data: JSON.stringify(callOf({}, 'server.info')) }], 1008],
  [
    'an id of 1,000 letters',
    [{ opcode: text, data: JSON.stringify(callOf('a'.repeat(1000), 'server.info')) }],
    1008,
  ],
  [
    'an id of 2^60',
    [{ opcode: text, data: '{"id":1152921504606846976,"method":"query","params":{"path":"server.info"}}' }],
    1008,
  ],
  ['an id twice', [{ opcode: text, data: JSON.stringify([callOf(1, 'a'), callOf(1, 'a')]) }], 'answer'],
  [
    'a method that there is not',
    [{ opcode: text, data: JSON.stringify(callOf(1, 'server.info', 1, 'constructor')) }],
    1008,
  ],
  ['no parameters', [{ opcode: text, data: '{"id":1,"method":"query"}' }], 'answer'],
  [
    'a path that is a number',
    [{ opcode: text, data: '{"id":1,"method":"query","params":{"path":1}}' }],
    'answer',
  ],
  ['__proto__ as path', [{ opcode: text, data: JSON.stringify(callOf(1, '__proto__')) }], 'answer'],
  [
    'constructor.constructor as path',
    [{ opcode: text, data: JSON.stringify(callOf(1, 'constructor.constructor')) }],
    'answer',
  ],
  [
    '_def.procedures as path',
    [{ opcode: text, data: JSON.stringify(callOf(1, '_def.procedures')) }],
    'answer',
  ],
  [
    'a path of 50,000 dots',
    [{ opcode: text, data: JSON.stringify(callOf(1, '.'.repeat(50_000))) }],
    'answer',
  ],
  [
    'a path of the other endpoint',
    [{ opcode: text, data: JSON.stringify(callOf(1, 'claim', {}, 'mutation')) }],
    'answer',
  ],
  [
    'an input nested 30,000 deep',
    [{ opcode: text, data: `{"id":1,"method":"query","params":{"path":"a","input":${deep(30_000)}}}` }],
    'answer',
  ],
  [
    'a list with an input nested 30,000 deep',
    [{ opcode: text, data: `[{"id":1,"method":"query","params":{"path":"a","input":${deep(30_000)}}}]` }],
    // How deep a call of a list can be written again depends on Node.
    [1008, 'answer'],
  ],
  [
    'a subscription to a query',
    [{ opcode: text, data: JSON.stringify(callOf(1, 'server.info', undefined, 'subscription')) }],
    'answer',
  ],
  ['bytes', [{ opcode: binary, data: JSON.stringify(callOf(1, 'server.info')) }], 1003],
  ['no UTF-8', [{ opcode: text, data: Uint8Array.of(0xc3, 0x28) }], 1007],
  ['an opcode that there is not', [{ opcode: 3 }], 1002],
  ['a continuation of nothing', [{ opcode: continuation, data: 'a' }], 1002],
  [
    'a text within a text',
    [
      { opcode: text, data: 'a', fin: false },
      { opcode: text, data: 'a' },
    ],
    1002,
  ],
  ['a ping in parts', [{ opcode: ping, fin: false }], 1002],
  ['a ping of 200 bytes', [{ opcode: ping, data: 'a'.repeat(200) }], 1002],
  ['a goodbye of one byte', [{ opcode: close, data: 'a' }], 1002],
  ['a goodbye of code 999', [{ opcode: close, data: Uint8Array.of(3, 231) }], 1002],
  [
    'a call in 3,000 parts',
    JSON.stringify(callOf(1, 'a'.repeat(2900)))
      .split('')
      .map((data, index) => ({
        opcode: index === 0 ? text : continuation,
        data,
        fin: index === 2945,
      })),
    'answer',
  ],
])('a message of %s ends nothing but its connection', async (_what, frames, end) => {
  expect([end].flat()).toContain(await withinBounds(attacked, () => endOf(undefined, ...frames)));
});
