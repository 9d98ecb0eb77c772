import type { FinishAnswer, FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import { TRPCClientError } from '@trpc/client';
import { expect, test } from 'vitest';
import { Lease } from '../../session/lease.ts';
import { FencedError } from '../../session/untilAnswered.ts';
import { sayFinish, type UnleasedFinish } from './sayFinish.ts';

const input: UnleasedFinish = {
  outcome: { kind: 'succeeded' },
  steps: [],
  phases: [],
  logLength: 0,
  streams: [],
  logLimitReached: false,
  patch: null,
};
const lost = () => Promise.reject(new TRPCClientError('the connection was lost'));
const leaseOf = () => new Lease(1, 'token', () => Promise.resolve());

/** A service that answers one finish after another so. */
function answering(...answers: (() => Promise<FinishAnswer>)[]) {
  const asked: FinishInput[] = [];
  return {
    asked,
    finish: (given: FinishInput) => {
      asked.push(given);
      const answer = answers[asked.length - 1];
      if (answer === undefined) throw new Error('it was asked too often');
      return answer();
    },
  };
}

test('a finish whose answer is lost is said again', async () => {
  const service = answering(lost, () => Promise.resolve({ result: 'done' }));
  await sayFinish(service, leaseOf(), input);
  expect(service.asked).toHaveLength(2);
});

test('a finish that was stored is done, also when a hello said before that the Attempt is over', async () => {
  const lease = leaseOf();
  const service = answering(
    () => {
      // The connection is lost, and the hello of the next one comes before the finish is said again.
      lease.stop('fenced');
      return lost();
    },
    () => Promise.resolve({ result: 'done' }),
  );
  await sayFinish(service, lease, input);
  expect(service.asked).toHaveLength(2);
});

test('an Attempt that was lost is fenced by the last word', async () => {
  const lease = leaseOf();
  const service = answering(
    () => {
      lease.stop('fenced');
      return lost();
    },
    () => Promise.resolve({ result: 'fenced' }),
  );
  await expect(sayFinish(service, lease, input)).rejects.toThrow(FencedError);
});

test('an Attempt whose time to be given back is over says nothing more', async () => {
  const lease = leaseOf();
  const service = answering(() => {
    lease.end();
    return lost();
  });
  await expect(sayFinish(service, lease, input)).rejects.toMatchObject({ cause: 'released' });
  expect(service.asked).toHaveLength(1);
});
