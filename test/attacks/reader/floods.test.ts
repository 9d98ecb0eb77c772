import { beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/waitFor.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { callOf, opcodes, openRawWebSocket, type RawWebSocket } from '../support/rawWebSocket.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
beforeAll(async () => {
  attacked = await attackedService();
  return () => attacked[Symbol.asyncDispose]();
});

const many = (count: number) => Array.from({ length: count }, (_, index) => index);
const infos = (count: number) => many(count).map((id) => callOf(id, 'server.info'));
const open = () => openRawWebSocket(attacked.url, { token: attacked.readerToken });

/** Waits until the service knows who calls. */
async function opened(): Promise<RawWebSocket> {
  const client = await open();
  client.send(callOf('first', 'server.info'));
  expect(await client.next()).toContain('"id":"first","result"');
  return client;
}

/** Reads until so many calls were answered, or the connection is closed. */
async function answers(client: RawWebSocket, count: number): Promise<number> {
  let read = 0;
  try {
    while (read < count) if (/"result"/.test(await client.next())) read += 1;
  } catch {
    // It has been closed; what came before counts.
  }
  return read;
}

test.each<[what: string, send: (client: RawWebSocket) => void, answered: number]>([
  ['1,000 calls in one message', (client) => client.send(infos(1000)), 1000],
  ['2,000 calls in as many messages', (client) => client.send(...infos(2000)), 2000],
  [
    '200 subscriptions in one message',
    (client) =>
      client.send(
        many(200).map((id) => callOf(id, 'rows.watch', { topics: ['executions'] }, 'subscription')),
      ),
    200,
  ],
])('%s are all answered, in their turn', async (_what, send, answered) => {
  const read = await withinBounds(attacked, async () => {
    using client = await opened();
    send(client);
    return await answers(client, answered);
  });
  expect(read).toBe(answered);
});

test.each<[what: string, send: (client: RawWebSocket) => void]>([
  ['25,000 calls in one message', (client) => client.send(infos(25_000))],
  ['five messages of 25,000 calls', (client) => many(5).forEach(() => client.send(infos(25_000)))],
  [
    '30,000 subscriptions in one message',
    (client) =>
      client.send(
        many(30_000).map((id) => callOf(id, 'rows.watch', { topics: ['executions'] }, 'subscription')),
      ),
  ],
  [
    '300 subscriptions',
    (client) =>
      client.send(
        ...many(300).map((id) => callOf(id, 'rows.watch', { topics: ['executions'] }, 'subscription')),
      ),
  ],
  [
    'two subscriptions of one id',
    (client) =>
      client.send(...many(2).map(() => callOf(1, 'rows.watch', { topics: ['executions'] }, 'subscription'))),
  ],
  ['a message of 5 MB', (client) => client.send('a'.repeat(5_000_000))],
  ['a message of 4 MB of brackets', (client) => client.send('['.repeat(4_000_000))],
  ['a message of 4 MB of empty lists', (client) => client.send(`[${'[],'.repeat(1_300_000)}[]]`)],
  [
    'an input of 4 MB of empty lists',
    (client) =>
      client.send(
        `{"id":1,"method":"query","params":{"path":"nope","input":[${'[],'.repeat(1_300_000)}[]]}}`,
        'x',
      ),
  ],
  [
    'a message of 20,000 parts',
    (client) =>
      client.sendFrames(
        ...many(20_000).map((index) => ({
          opcode: index === 0 ? opcodes.text : opcodes.continuation,
          data: 'a',
          fin: false,
        })),
      ),
  ],
])('%s of a reader end the connection', async (_what, send) => {
  const code = await withinBounds(attacked, async () => {
    using client = await opened();
    send(client);
    return await client.closed;
  });
  expect([1006, 1008, 1009]).toContain(code);
});

test.each<[what: string, send: (client: RawWebSocket) => void]>([
  [
    'calls',
    (client) =>
      many(100).forEach((round) =>
        client.send(...many(1000).map((index) => callOf(`${round}-${index}`, 'repositories.list'))),
      ),
  ],
  [
    'calls that there are not',
    (client) =>
      many(100).forEach((round) =>
        client.send(...many(1000).map((index) => callOf(`${round}-${index}`, 'p'.repeat(400)))),
      ),
  ],
  ['signs of life', (client) => client.repeat('PING', 1_000_000)],
])('52 MB and fewer of %s whose answers are not read are not worked on', async (_what, send) => {
  await withinBounds(attacked, async () => {
    using client = await opened();
    client.socket.pause();
    send(client);
    await attacked.bystander.untilAnswered(40);
  });
  expect(attacked.service.hasExited()).toBe(false);
});

test('calls of 100 connections of one reader wait for each other, and for nobody else', async () => {
  const read = await withinBounds(attacked, async () => {
    const clients = await Promise.all(many(100).map(() => opened()));
    for (const client of clients) client.send(...infos(20));
    const counts = await Promise.all(clients.map((client) => answers(client, 20)));
    for (const client of clients) client[Symbol.dispose]();
    return counts.reduce((sum, count) => sum + count, 0);
  });
  expect(read).toBe(2000);
});

test('50 connections of one reader that hold 3.9 MB of a message each are cut off', async () => {
  await withinBounds(attacked, async () => {
    const clients = await Promise.all(many(50).map(() => opened()));
    const part = { opcode: opcodes.text, data: 'a'.repeat(3_900_000), fin: false };
    let cut = 0;
    for (const client of clients) {
      void client.closed.then(() => (cut += 1));
      client.sendFrames(part);
    }
    await waitFor('some of them to be cut off', () => cut > 20);
    await attacked.bystander.untilAnswered(20);
    for (const client of clients) client[Symbol.dispose]();
  });
  expect(attacked.service.hasExited()).toBe(false);
});

test('messages of 0.9 MB that wait, because what was sent before is not read, are not taken in', async () => {
  await withinBounds(attacked, async () => {
    const clients = await Promise.all(many(4).map(() => opened()));
    for (const client of clients) {
      client.socket.pause();
      // Refusals that name them: more than the buffers of the network hold.
      for (const id of many(14)) {
        client.send(callOf(`unread ${id}`, 'p'.repeat(900_000)));
        await attacked.bystander.untilAnswered(1);
      }
    }
    await attacked.bystander.untilAnswered(20);
    const waiting = JSON.stringify(callOf('waits', 'server.info', 'a'.repeat(900_000)));
    for (const client of clients) client.repeat(waiting, 150);
    await attacked.bystander.untilAnswered(60);
    for (const client of clients) client[Symbol.dispose]();
  });
  expect(attacked.service.hasExited()).toBe(false);
});

test('300 connections of one reader that hold 1 MB of a message each are cut off', async () => {
  const ended = await withinBounds(attacked, async () => {
    const clients: RawWebSocket[] = [];
    // In rounds: of connections that have shown no token yet an address has at most 256.
    for (const _round of many(6)) clients.push(...(await Promise.all(many(50).map(() => opened()))));
    const part = { opcode: opcodes.text, data: 'a'.repeat(1_000_000), fin: false };
    let cut = 0;
    for (const client of clients) {
      void client.closed.then(() => (cut += 1));
      client.sendFrames(part);
    }
    await waitFor('most of them to be cut off', () => cut > 200, { timeoutMs: 10_000 });
    for (const client of clients) client[Symbol.dispose]();
    return cut;
  });
  expect(ended).toBeLessThan(300);
});
