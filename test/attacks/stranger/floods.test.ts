import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { createPairingCode } from '../../../service/src/auth/pairing.ts';
import { ensureUser } from '../../../service/src/auth/tokens.ts';
import { pair } from '../../../scripts/launch/serviceClient.ts';
import { testActor } from '../../support/tokens.ts';
import { waitFor } from '../../support/waitFor.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { openRaw } from '../support/rawRequest.ts';
import { callOf, opcodes, openRawWebSocket, type RawWebSocket } from '../support/rawWebSocket.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
beforeAll(async () => {
  attacked = await attackedService();
  return () => attacked[Symbol.asyncDispose]();
});

const guess = (id: number) =>
  callOf(id, 'pairing.exchange', { code: '0000-0000-0000-0000', client: 'a guesser' }, 'mutation');
const many = (count: number) => Array.from({ length: count }, (_, index) => index);

const appendHead =
  'POST /attempts/1/log?offset=0 HTTP/1.1\r\nhost: a\r\ncontent-type: application/octet-stream\r\nauthorization: Bearer 00000000-0000-4000-8000-000000000000\r\ncontent-length: 60000\r\n\r\n';

/** Whether the owner of a code can use it now. */
async function pairs(): Promise<boolean> {
  const user = await ensureUser(attacked.sql, testActor, 'Owen', 'member');
  const code = await createPairingCode(attacked.sql, testActor, user.id);
  await using client = await pair(attacked.url, code, 'his');
  return (await client.api.server.info.query()).user.name === 'Owen';
}

/** How many codes of a message were looked at. */
async function looked(client: RawWebSocket): Promise<number> {
  let count = 0;
  try {
    for (;;) if (/This pairing code is wrong/.test(await client.next())) count += 1;
  } catch {
    // It has been closed.
    return count;
  }
}

test.each([20, 1000, 20_000])('one message of %i pairing codes tries five at most', async (count) => {
  const tried = await withinBounds(attacked, async () => {
    using client = await openRawWebSocket(attacked.url);
    client.send(many(count).map(guess));
    return await looked(client);
  });
  expect(tried).toBeLessThanOrEqual(5);
});

test('200 connections that try codes all the while do not keep the owner of one out', async () => {
  await withinBounds(attacked, async () => {
    const clients = await Promise.all(many(200).map(() => openRawWebSocket(attacked.url)));
    for (const client of clients) client.send(...many(5).map(guess));
    expect(await pairs()).toBe(true);
    for (const client of clients) client[Symbol.dispose]();
  });
});

test.each<[what: string, send: (client: RawWebSocket) => void]>([
  ['a message of 5 MB', (client) => client.send('a'.repeat(5_000_000))],
  [
    '30,000 subscriptions in one message',
    (client) =>
      client.send(
        many(30_000).map((id) => callOf(id, 'rows.watch', { topics: ['executions'] }, 'subscription')),
      ),
  ],
  [
    '25,000 calls in one message',
    (client) => client.send(many(25_000).map((id) => callOf(id, 'server.info'))),
  ],
  [
    '25,000 calls in as many messages',
    (client) => client.send(...many(25_000).map((id) => callOf(id, 'server.info'))),
  ],
  [
    'calls of 60,000 bytes without an end',
    (client) => client.send(...many(500).map((id) => callOf(id, 'a'.repeat(60_000)))),
  ],
  [
    'a message without an end',
    (client) =>
      client.sendFrames(
        ...many(2000).map((index) => ({
          opcode: index === 0 ? opcodes.text : opcodes.continuation,
          data: 'a'.repeat(1000),
          fin: false,
        })),
      ),
  ],
])('%s of a stranger ends the connection', async (_what, send) => {
  const code = await withinBounds(attacked, async () => {
    using client = await openRawWebSocket(attacked.url);
    send(client);
    return await client.closed;
  });
  expect([1006, 1008, 1009]).toContain(code);
});

test.each<[what: string, send: (client: RawWebSocket) => void]>([
  ['100,000 signs of life', (client) => client.repeat('PING', 100_000)],
  ['100,000 pings', (client) => client.repeat('a', 100_000, opcodes.ping)],
])('%s of a stranger who does not read cost little', async (_what, send) => {
  await withinBounds(attacked, async () => {
    using client = await openRawWebSocket(attacked.url);
    client.socket.pause();
    send(client);
    await attacked.bystander.untilAnswered(10);
  });
  expect(await pairs()).toBe(true);
});

test('what strangers begin and do not end is gone within its time', async () => {
  const webSocket = async (...messages: readonly unknown[]) => {
    using client = await openRawWebSocket(attacked.url);
    client.send(...messages);
    await client.closed;
  };
  const request = async (beginning: string) => {
    const socket = await openRaw(attacked.url);
    socket.write(beginning);
    socket.resume();
    await once(socket, 'close');
  };
  const secondsOf = async (attack: Promise<void>) => {
    const startedAt = performance.now();
    await attack;
    return (performance.now() - startedAt) / 1000;
  };
  const seconds = await withinBounds(attacked, () =>
    Promise.all([
      secondsOf(webSocket()),
      secondsOf(webSocket(callOf(1, 'server.info'))),
      secondsOf(request('GET /healthz HTTP/1.1\r\nhost: a\r\n')),
      secondsOf(request(`${appendHead}${'a'.repeat(30_000)}`)),
    ]),
  );
  const [silent, withoutToken, halfHead, halfBody] = seconds;
  expect(silent).toBeLessThan(8);
  expect(withoutToken).toBeLessThan(13);
  expect(halfHead).toBeLessThan(16);
  expect(halfBody).toBeLessThan(35);
});

test('3,000 connections of strangers keep nobody out, and a few hundred of them stay', async () => {
  await withinBounds(attacked, async () => {
    const open = async () => (await readdir(`/proc/${attacked.service.pid}/fd`)).length;
    const before = await open();
    const sockets = await Promise.all(many(3000).map(() => openRaw(attacked.url)));
    for (const socket of sockets) socket.resume();
    expect(await pairs()).toBe(true);
    await waitFor(
      'the service to have closed all but a few hundred',
      async () => (await open()) <= before + 300,
    );
    for (const socket of sockets) socket.destroy();
  });
});

test('20,000 requests in one connection that does not read cost little', async () => {
  await withinBounds(attacked, async () => {
    const socket = await openRaw(attacked.url);
    socket.pause();
    socket.write('GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(20_000));
    await attacked.bystander.untilAnswered(25);
    socket.destroy();
  });
  expect(await pairs()).toBe(true);
});
