import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPairingCode } from '../../../service/src/auth/pairing.ts';
import { ensureUser } from '../../../service/src/auth/tokens.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { testActor } from '../../support/tokens.ts';

const refused =
  'This pairing code is wrong, was used before or is older than ten minutes. `npm run token -- pair` on the server prints a new connect URL.';

describe('a pairing code', () => {
  let flotilla: TestService;
  let code: string;

  beforeAll(async () => {
    flotilla = await testService();
    return () => flotilla[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    await flotilla.service.sql`delete from pairing_codes`;
    const user = await ensureUser(flotilla.service.sql, testActor, 'Grace', 'admin');
    code = await createPairingCode(flotilla.service.sql, testActor, user.id);
  });

  const exchange = (given: string) =>
    flotilla.connectEditor(undefined).api.pairing.exchange.mutate({ code: given, client: 'a test' });

  test('becomes the token of its user, with which an editor connects', async () => {
    const { token, user } = await exchange(code);
    expect(user).toMatchObject({ name: 'Grace', role: 'admin' });
    const info = await flotilla.connectEditor(token).api.server.info.query();
    expect(info.user).toEqual({ name: 'Grace', role: 'admin' });
  });

  test('is read as people type it: small letters, without or with other separators', async () => {
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    await expect(exchange(` ${code.toLowerCase().replaceAll('-', '')} `)).resolves.toHaveProperty('token');
  });

  test('works once', async () => {
    await exchange(code);
    expect(await refusalOfCall(exchange(code))).toMatchObject({
      flotilla: 'pairing.refused',
      message: refused,
    });
  });

  test('works for one of many who use it at the same moment', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => exchange(code)));
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  test("works for ten minutes by the database's clock", async () => {
    const { sql } = flotilla.service;
    await sql`update pairing_codes set expires_at = now() - interval '1 millisecond'`;
    expect(await refusalOfCall(exchange(code))).toMatchObject({ code: 'UNAUTHORIZED', message: refused });
    await sql`update pairing_codes set expires_at = now() + interval '1 minute'`;
    await expect(exchange(code)).resolves.toHaveProperty('token');
  });

  test('expires ten minutes after it was made', async () => {
    expect(
      await flotilla.service.sql`
        select extract(epoch from expires_at - now())::float8 between 570 and 600 as right from pairing_codes`,
    ).toEqual([{ right: true }]);
  });

  test('is stored as its hash alone, and so is the token', async () => {
    const { token } = await exchange(code);
    const [row] = await flotilla.service.sql`
      select (select json_agg(pairing_codes) from pairing_codes)::text || (select json_agg(access_tokens) from access_tokens) as stored`;
    const stored = String(row?.['stored']);
    expect(stored).toContain('hash');
    expect(stored).not.toContain(code.replaceAll('-', ''));
    expect(stored).not.toContain(token);
  });

  test('that is wrong is refused, and however many of them a stranger tries, the right one works', async () => {
    for (let round = 0; round < 10; round++) {
      const { api } = flotilla.connectEditor(undefined);
      const guess = () => api.pairing.exchange.mutate({ code: '0000-0000-0000-0000', client: 'a guesser' });
      for (let tries = 0; tries < 5; tries++) {
        expect((await refusalOfCall(guess())).message).toBe(refused);
      }
      expect(await refusalOfCall(guess())).toMatchObject({
        flotilla: 'pairing.refused',
        message: 'Too many wrong pairing codes over one connection. Connect again.',
      });
    }
    await expect(exchange(code)).resolves.toHaveProperty('token');
  });
});
