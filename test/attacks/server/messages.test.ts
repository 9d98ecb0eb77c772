/** A server whose messages are none of tRPC, too large, too many, or no answer to what was asked. */
import type { Duplex } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { anExecution, aJob, anAttempt, aQueue, aRunner } from '../../../extension/src/model/builders.ts';
import { liveExecutions } from '../../../extension/src/model/liveExecutions.ts';
import { startHostileService, type HostileCall } from '../../support/hostileService.ts';
import { frameHeader, opcodes, textFrame } from '../../support/webSocketBytes.ts';
import { startEditor, type AttackedEditor } from '../support/startEditor.ts';

const mebibyte = 1024 * 1024;

let editor: AttackedEditor;
beforeAll(() => {
  editor = startEditor();
  return () => editor[Symbol.asyncDispose]();
});

/** A service that answers one procedure as it likes. */
const serviceThat = (path: string, answer: (call: HostileCall) => void) =>
  startHostileService({
    call(call) {
      if (call.path !== path) return false;
      answer(call);
      return true;
    },
  });

const bytes =
  (...parts: readonly Buffer[]) =>
  ({ socket }: HostileCall) =>
    void socket.write(Buffer.concat(parts));
const says = (text: string) => (call: HostileCall) => call.say(text);
/** The answer to the call with something in its place. */
const withId = (rest: string) => (call: HostileCall) => call.say(`{"id":${call.id},${rest}}`);

const closedOrRefused = /was cut before its answer came|is no answer to it/;

test.each<[string, (call: HostileCall) => void]>([
  ['a text that is no JSON', says('hello')],
  ['half of a message', says('{"id":')],
  ['nothing', says('')],
  ['null', says('null')],
  ['a number', says('7')],
  ['a list', says('[]')],
  ['an object without anything', says('{}')],
  ['brackets within brackets', says('['.repeat(1e6))],
  ['objects within objects', says(`${'{"a":'.repeat(2e5)}1${'}'.repeat(2e5)}`)],
  ['a result that is null', withId('"result":null')],
  ['a result that is a text', withId('"result":"data"')],
  ['an error that is a text', withId('"error":"no"')],
  ['an error without a message', withId('"error":{"code":1}')],
  ['an error whose data are odd', withId('"error":{"message":"x","data":{"flotilla":7}}')],
  ['an order that there is none of', withId('"method":"run"')],
  ['an answer that is an object', withId('"result":{"type":"data","data":{"__proto__":{"x":1}}}')],
  ['an answer that is not there', withId('"result":{"type":"data"}')],
  ['an answer of another kind', withId('"result":{"type":"data","data":[{"id":"1"}]}')],
  ['a list of rows that are null', withId('"result":{"type":"data","data":[null]}')],
  ['bytes in place of a text', bytes(frameHeader(opcodes.binary, 3), Buffer.from('abc'))],
  ['a text that is no UTF-8', bytes(frameHeader(opcodes.text, 2), Buffer.from([0xff, 0xfe]))],
  ['reserved bits', bytes(Buffer.from([0xf1, 1, 0x61]))],
  ['an opcode that there is none of', bytes(Buffer.from([0x8b, 0]))],
  ['a ping of 60 KB', bytes(frameHeader(opcodes.ping, 60_000), Buffer.alloc(60_000))],
  ['a continuation of nothing', bytes(frameHeader(opcodes.continuation, 1), Buffer.from('x'))],
  ['a frame of more bytes than there are', bytes(frameHeader(opcodes.text, 2 ** 53 - 1))],
  ['a code of closing that is none', bytes(frameHeader(opcodes.close, 2), Buffer.from([0, 1]))],
])('%s as an answer: the call ends, and nothing is left to VS Code', async (_what, answer) => {
  await using server = await serviceThat('actions.list', answer);
  const report = await editor.withinBounds({ task: 'actions', url: server.url });
  expect(report.answer).toBeUndefined();
  expect(report.refusal).toMatch(closedOrRefused);
});

test('a message of 64 MB is not read, and the next call is answered', async () => {
  let asked = 0;
  await using server = await startHostileService({
    call(call) {
      if (call.path !== 'actions.list') return false;
      asked += 1;
      const many = `"result":{"type":"data","data":[${'[],'.repeat((64 * mebibyte) / 3)}[]]}`;
      if (asked === 1) withId(many)(call);
      else call.answer([]);
      return true;
    },
  });
  // The bytes come as a whole before their number is known: the text once more beside them.
  const bounds = { memoryBytes: 350 * mebibyte };
  const report = await editor.withinBounds({ task: 'actions', url: server.url }, bounds);
  expect(report.refusal).toMatch(closedOrRefused);
  expect((await editor.withinBounds({ task: 'actions', url: server.url })).answer).toBe('0 actions');
});

const noChanges = { listAnew: false, rows: {}, gone: {} };
const execution = anExecution();

/** Whether a call asks for a list of rows of a topic. */
const isListOf = ({ path, input }: HostileCall, topic: string) =>
  path === 'rows.list' && (input as { readonly topic: string }).topic === topic;

describe('the feed', () => {
  const rows = (topic: string, ...of: readonly unknown[]) => ({ ...noChanges, rows: { [topic]: of } });

  test.each<[string, unknown]>([
    ['is null', null],
    ['is a text', 'changes'],
    ['has no rows', {}],
    ['has a list in place of topics', { ...noChanges, rows: [] }],
    ['has rows that are null', rows('executions', null)],
    ['has rows that are numbers', rows('jobs', 1, 2)],
    ['has an object in place of rows', { ...noChanges, rows: { executions: { length: 3 } } }],
    ['has ids that are texts', { ...noChanges, gone: { executions: ['1'] } }],
    ['has ids that are negative', rows('executions', { ...execution, id: -1 })],
    ['has ids beyond all numbers', rows('executions', { ...execution, id: 1e300 })],
    ['has a name that is an object', rows('executions', { ...execution, actionName: {} })],
    ['has a state that there is none of', rows('executions', { ...execution, state: 'constructor' })],
    [
      'has negative counts',
      rows('executions', { ...execution, counts: { ...execution.counts, failed: -1 } }),
    ],
    ['has a Job without a repository', rows('jobs', { ...aJob(), repository: undefined })],
    ['has an Attempt without Steps', rows('attempts', { ...anAttempt(), steps: null })],
    ['has a Runner without labels', rows('runners', { ...aRunner(), labels: 'x' })],
    ['has two queues', rows('queue', ...Array.from({ length: 2 }, () => aQueue()))],
  ])('that %s goes on, and nothing of it is taken', async (_what, changes) => {
    await using server = await startHostileService({
      call(call) {
        if (isListOf(call, 'executions')) call.answer({ rows: [execution], next: null });
        else if (call.path === 'rows.watch') call.event(changes, '1');
        else return false;
        return true;
      },
    });
    const report = await editor.withinBounds({
      task: 'watch',
      url: server.url,
      forMs: 10_000,
      untilLines: 1,
    });
    expect(report).toMatchObject({ answer: '1 executions, 0 jobs', state: 'online' });
    expect(report.log).toEqual([expect.stringMatching(/"(rows\.watch|rows of \w+)" is no answer to it/)]);
  });

  test('with a name of 10 MB is taken as any other', async () => {
    await using server = await serviceThat('rows.watch', (call) =>
      call.event(rows('executions', { ...execution, actionName: 'x'.repeat(1e7) }), '1'),
    );
    const report = await editor.withinBounds({
      task: 'watch',
      url: server.url,
      forMs: 10_000,
      untilExecutions: 1,
    });
    expect(report.answer).toBe('1 executions, 0 jobs');
  });

  test('that names more Executions than anybody has keeps the newest', async () => {
    let feed: HostileCall | undefined;
    await using server = await startHostileService({
      call(call) {
        if (call.path === 'rows.watch') feed = call;
        if (!isListOf(call, 'executions')) return call.path === 'rows.watch';
        call.answer({ rows: [], next: null });
        for (let part = 0; part < 40; part++) {
          const some = Array.from({ length: 1000 }, (_, at) => ({ ...execution, id: part * 1000 + at }));
          feed?.event(rows('executions', ...some), String(part));
        }
        return true;
      },
    });
    const report = await editor.withinBounds({
      task: 'watch',
      url: server.url,
      forMs: 10_000,
      untilExecutions: liveExecutions.mostOfAList,
    });
    expect(report.answer).toBe(`${liveExecutions.mostOfAList} executions, 0 jobs`);
  });
});

/** Writes a frame again and again, as fast as it is taken; returns how to stop. */
function flood(socket: Duplex, frame: Buffer): void {
  const batch = Buffer.concat(Array.from({ length: 200 }, () => frame));
  const write = () => {
    while (!socket.destroyed && socket.writable) {
      if (!socket.write(batch)) {
        socket.once('drain', write);
        return;
      }
    }
  };
  write();
}

test.each([
  [
    'changes',
    (id: number) =>
      JSON.stringify({ id, result: { type: 'data', id: '1', data: { id: '1', data: noChanges } } }),
  ],
  ['orders to connect again', () => '{"id":null,"method":"reconnect"}'],
  ['answers to nobody', () => '{"id":99,"result":{"type":"data","data":[]}}'],
  ['no messages', () => 'x'],
])('a flood of %s: the connection is let go and opened again, slowly', async (_what, message) => {
  await using server = await serviceThat('rows.watch', (call) =>
    flood(call.socket, textFrame(message(call.id))),
  );
  const report = await editor.withinBounds({ task: 'watch', url: server.url, forMs: 2000 });
  expect(report.answer).toBe('0 executions, 0 jobs');
  expect(server.requests.length).toBeLessThan(10);
});

test('orders to connect again, one on each connection, are followed slowly', async () => {
  await using server = await serviceThat('rows.watch', (call) =>
    call.say('{"id":null,"method":"reconnect"}'),
  );
  await editor.withinBounds({ task: 'watch', url: server.url, forMs: 2000 });
  expect(server.requests.length).toBeLessThan(15);
});

describe('a log', () => {
  const text = (data: string | Buffer) => Buffer.from(data).toString('base64');

  test.each<[string, unknown]>([
    ['is no base64', { data: '%', end: 1 }],
    ['is no frames', { data: text('x'.repeat(100)), end: 100 }],
    ['has no data', { end: 1 }],
    ['ends before its beginning', { data: '', end: -1 }],
    ['comes in parts of 8 MB', { data: text(Buffer.alloc(8 * mebibyte)), end: 1 }],
  ])('that %s is refused with a sentence', async (_what, answer) => {
    await using server = await serviceThat('logs.read', (call) => call.answer(answer));
    const report = await editor.withinBounds({ task: 'readLog', url: server.url });
    expect(report.refusal).toMatch(/^The log cannot be read|log frame|is no answer to it/);
  });

  test('without an end is read to what is compared', async () => {
    const frames = Buffer.alloc(16 * 65_536);
    await using server = await serviceThat('logs.read', (call) =>
      call.answer({ data: text(frames), end: 1e12 }),
    );
    const report = await editor.withinBounds({ task: 'readLog', url: server.url });
    expect(report.answer).toMatch(/^\d{2,3} characters$/);
  });
});
