import { expect, test } from 'vitest';
import { heartbeatAnswer, heartbeatInput, helloAnswer, helloInput } from './runnerMessages.ts';

test('a Runner of 256 slots may name five Attempts for each, and as many of the process before it', () => {
  const leaseToken = '7f1c8ad4-6d0c-4a4c-8a51-c7e9b1f7d1a1';
  const attempts = Array.from({ length: 2 * 5 * 256 }, (_, at) => ({ attemptId: at + 1, leaseToken }));
  const ids = attempts.map(({ attemptId }) => attemptId);
  const { attempts: inHello } = helloInput.shape;
  const { attempts: inHeartbeat } = heartbeatInput.shape;
  const { keep, drop } = helloAnswer.shape;
  const { cancel, fenced } = heartbeatAnswer.shape;
  const refused = [inHello, inHeartbeat, keep].filter((list) => !list.safeParse(attempts).success);
  expect([...refused, ...[drop, cancel, fenced].filter((list) => !list.safeParse(ids).success)]).toEqual([]);
});
