import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Slots } from './slots.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

/** Slots whose last Job took `ms`. */
async function slotsAfter(capacity: number, ms: number): Promise<Slots> {
  const slots = new Slots(capacity, () => undefined, Date.now);
  const place = slots.enter();
  await place.take(never);
  vi.advanceTimersByTime(ms);
  place.leave();
  return slots;
}

test('without knowing how long Jobs take, a runner claims as many as it has slots', async () => {
  const slots = new Slots(2, () => undefined);
  expect(slots.room).toBe(2);
  await slots.enter().take(never);
  expect(slots.room).toBe(1);
  slots.enter();
  expect(slots.room).toBe(0);
});

test('while Jobs are short, one is claimed ahead for each slot that is taken', async () => {
  const slots = await slotsAfter(2, 500);
  expect(slots.room).toBe(2);
  await slots.enter().take(never);
  await slots.enter().take(never);
  expect(slots.room).toBe(2);
  slots.enter();
  expect(slots.room).toBe(1);
});

test('while Jobs are long, none is claimed ahead', async () => {
  const slots = await slotsAfter(1, 20_000);
  await slots.enter().take(never);
  expect(slots.room).toBe(0);
});

test('behind a Job that turns out to be long none is claimed ahead any more', async () => {
  const slots = await slotsAfter(1, 500);
  await slots.enter().take(never);
  expect(slots.room).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect(slots.room).toBe(0);
});

test('slots are taken in the order of those who wait', async () => {
  const slots = new Slots(1, () => undefined);
  const [first, second, third] = [slots.enter(), slots.enter(), slots.enter()];
  await first.take(never);
  const order: string[] = [];
  const both = [
    second.take(never).then(() => order.push('second')),
    third.take(never).then(() => order.push('third')),
  ];
  first.leave();
  await both[0];
  second.leave();
  await both[1];
  expect(order).toEqual(['second', 'third']);
});

test('a Job for which no slot comes free within 10 s is given back', async () => {
  const slots = new Slots(1, () => undefined);
  await slots.enter().take(never);
  const taken = slots.enter().take(never);
  vi.advanceTimersByTime(10_000);
  expect(await taken).toBe(false);
});

test('a slot that is passed on is another Job’s at once, and one more may be claimed ahead', async () => {
  const slots = await slotsAfter(1, 500);
  const [first, second] = [slots.enter(), slots.enter()];
  await first.take(never);
  const taken = second.take(never);
  expect(slots.room).toBe(0);
  first.pass();
  expect(await taken).toBe(true);
  expect(slots.room).toBe(1);
  first.leave();
  expect(slots.room).toBe(1);
});

test('no more slots are passed on than there are, until one of those Jobs has left', async () => {
  const slots = new Slots(1, () => undefined);
  const [first, second, third] = [slots.enter(), slots.enter(), slots.enter()];
  await first.take(never);
  const secondTook = second.take(never);
  first.pass();
  await secondTook;
  const thirdTook = third.take(never).then(() => order.push('third took'));
  const order: string[] = [];
  second.pass();
  order.push('first left');
  first.leave();
  second.pass();
  await thirdTook;
  expect(order).toEqual(['first left', 'third took']);
});

test('a slot is passed on once, and only by the Job that has it', async () => {
  const onRoom = vi.fn<() => void>();
  const slots = new Slots(1, onRoom);
  const [first, second] = [slots.enter(), slots.enter()];
  second.pass();
  await first.take(never);
  first.pass();
  first.pass();
  // Taken, and passed on.
  expect(onRoom).toHaveBeenCalledTimes(2);
  expect(await second.take(never)).toBe(true);
});

test('a runner that drains gives back what waits, and goes on with what has its slot', async () => {
  const slots = await slotsAfter(1, 500);
  const running = slots.enter();
  expect(await running.take(never)).toBe(true);
  const waiting = slots.enter().take(never);
  slots.draining = true;
  expect(await waiting).toBe(false);
  expect(await slots.enter().take(never)).toBe(false);
  slots.draining = false;
  const again = slots.enter().take(never);
  running.leave();
  expect(await again).toBe(true);
});

test('a Job that is stopped while it waits takes no slot', async () => {
  const slots = new Slots(1, () => undefined);
  const running = slots.enter();
  await running.take(never);
  const stop = new AbortController();
  const waiting = slots.enter().take(stop.signal);
  stop.abort('cancelled');
  await expect(waiting).rejects.toBe('cancelled');
  running.leave();
  expect(await slots.enter().take(never)).toBe(true);
});

test('a slot that is taken, and one that is left, says that there may be room', async () => {
  const onRoom = vi.fn<() => void>();
  const slots = new Slots(1, onRoom);
  const place = slots.enter();
  await place.take(never);
  expect(onRoom).toHaveBeenCalledTimes(1);
  place.leave();
  place.leave();
  expect(onRoom).toHaveBeenCalledTimes(2);
  expect(slots.room).toBe(1);
});
