import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Role } from '../auth/rights.ts';
import type { Principal } from '../auth/tokens.ts';
import type { Service } from '../service.ts';
import { adminProcedure, memberProcedure, publicProcedure, readerProcedure, router } from './trpc.ts';

const doors = router({
  public: publicProcedure.query(() => 'open'),
  reader: readerProcedure.query(() => 'open'),
  member: memberProcedure.query(() => 'open'),
  admin: adminProcedure.query(() => 'open'),
});
const names = ['public', 'reader', 'member', 'admin'] as const;

function callerFor(principal: Principal | undefined) {
  return doors.createCaller({
    // None of these procedures looks at it.
    service: undefined as unknown as Service,
    logger: pino({ level: 'silent' }),
    principal,
    socket: { bufferedAmount: 0, readyState: 1, CLOSED: 3, once: () => undefined },
    remoteAddress: 'nowhere',
    session: {},
  });
}

const user = (role: Role): Principal => ({
  scope: 'user',
  tokenId: 1,
  user: { id: 1, name: 'Ada', role, sees: 'all' },
});

test.each<[string, Principal | undefined, readonly string[]]>([
  ['a stranger', undefined, ['public']],
  ['a runner', { scope: 'runner', tokenId: 1 }, ['public']],
  ['a reader', user('reader'), ['public', 'reader']],
  ['a member', user('member'), ['public', 'reader', 'member']],
  ['an admin', user('admin'), ['public', 'reader', 'member', 'admin']],
])('%s may call what is for them and for those who may less', async (_who, principal, open) => {
  const caller = callerFor(principal);
  const answers = await Promise.allSettled(names.map((name) => caller[name]()));
  expect(names.filter((_, index) => answers[index]?.status === 'fulfilled')).toEqual(open);
});

test('who has not the role is told which one it takes', async () => {
  await expect(callerFor(user('reader')).member()).rejects.toThrow(
    'Ada is a reader here; starting and changing things needs the role member.',
  );
  await expect(callerFor(user('member')).admin()).rejects.toThrow(
    'Ada is a member here; what concerns the whole deployment needs the role admin.',
  );
});
