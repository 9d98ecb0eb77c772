import { once } from 'node:events';
import { beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/waitFor.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { openRaw } from '../support/rawRequest.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
beforeAll(async () => {
  attacked = await attackedService();
  return () => attacked[Symbol.asyncDispose]();
});

/** A connection that has shown a good token, and stays. */
async function keptOpen() {
  const socket = await openRaw(attacked.url);
  const lines = [
    'GET /contents HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${attacked.readerToken}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [head] = (await once(socket, 'data')) as [Buffer];
  expect(head.toString('latin1')).toMatch(/^HTTP\/1\.1 400/);
  return socket;
}

test('1,200 connections that one reader keeps open end his own, and leave room for others', async () => {
  await withinBounds(attacked, async () => {
    const sockets: Awaited<ReturnType<typeof keptOpen>>[] = [];
    while (sockets.length < 1200) {
      sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => keptOpen()))));
    }
    const open = () => sockets.filter((socket) => !socket.destroyed).length;
    await waitFor('the oldest to be closed', () => open() === 1024);
    expect(sockets[1199]?.destroyed).toBe(false);
    for (const socket of sockets) socket.destroy();
  });
});
