import { expect, test } from 'vitest';
import { Lease } from './lease.ts';

const settled = () => Promise.resolve();

test('a cancelled or timed out Attempt stops its work and may still send', () => {
  for (const cause of ['cancelled', 'timedOut'] as const) {
    const lease = new Lease(1, 'a', settled);
    lease.stop(cause);
    expect(lease.stopSignal.reason).toBe(cause);
    expect(lease.signal.aborted).toBe(false);
  }
});

test('a fenced Attempt stops its work and sends nothing more', () => {
  const lease = new Lease(1, 'a', settled);
  lease.stop('fenced');
  expect(lease.stopSignal.reason).toBe('fenced');
  expect(lease.signal.reason).toBe('fenced');
});

test('a released Attempt stops its work and may still send until its time is over', () => {
  const lease = new Lease(1, 'a', settled);
  lease.stop('released');
  expect(lease.stopSignal.reason).toBe('released');
  expect(lease.signal.aborted).toBe(false);
  lease.end();
  expect(lease.signal.reason).toBe('released');
});

test('an Attempt that was cancelled before is to be given back all the same', () => {
  const lease = new Lease(1, 'a', settled);
  lease.stop('cancelled');
  lease.stop('released');
  expect(lease.stopSignal.reason).toBe('cancelled');
  expect(lease.releaseSignal.aborted).toBe(true);
});

test('the first cause wins, and fencing still ends the sending', () => {
  const lease = new Lease(1, 'a', settled);
  lease.stop('cancelled');
  lease.stop('fenced');
  expect(lease.stopSignal.reason).toBe('cancelled');
  expect(lease.signal.aborted).toBe(true);
});

test('a refused token was only an old one when the hello under way brings another', async () => {
  const hello = Promise.withResolvers<void>();
  const lease = new Lease(1, 'old', () => hello.promise);
  const renewed = lease.wasRenewed('old');
  lease.renew('new');
  hello.resolve();
  expect(await renewed).toBe(true);
  expect(await lease.wasRenewed('new')).toBe(false);
});
