import { expect, onTestFinished, test, vi } from 'vitest';
import { Looks } from './looks.ts';

interface Look {
  readonly asked: readonly number[];
  readonly all: boolean;
}

/** Looks that are held open until `goOn` is called. */
function start(looks: Looks, fail: (look: Look) => boolean = () => false) {
  const ending = new AbortController();
  const seen: Look[] = [];
  let open = Promise.withResolvers<void>();
  const running = looks.run(
    {
      look: async (asked, all) => {
        seen.push({ asked, all });
        await open.promise;
        if (fail({ asked, all }))
          throw Object.assign(new Error('away'), { code: 'CONNECTION_CLOSED', query: '' });
        return null;
      },
      everyMs: 3_600_000,
      restMs: 0,
      logger: { warn: () => undefined },
      failed: 'away',
    },
    ending.signal,
  );
  onTestFinished(async () => {
    ending.abort();
    open.resolve();
    await running;
  });
  const goOn = () => {
    open.resolve();
    open = Promise.withResolvers<void>();
  };
  return { goOn, seen };
}

test('all is looked at first, and what is asked about during a look is looked at together afterwards', async () => {
  const looks = new Looks();
  looks.ask(1);
  const { goOn, seen } = start(looks);
  await vi.waitFor(() => expect(seen).toEqual([{ asked: [1], all: true }]));
  for (const id of [2, 3, 2]) looks.ask(id);
  goOn();
  await vi.waitFor(() =>
    expect(seen).toEqual([
      { asked: [1], all: true },
      { asked: [2, 3], all: false },
    ]),
  );
});

test('what could not be looked at because the database was away is looked at again', async () => {
  const looks = new Looks();
  const { goOn, seen } = start(looks, ({ asked }) => asked.length === 1);
  await vi.waitFor(() => expect(seen).toEqual([{ asked: [], all: true }]));
  looks.ask(7);
  goOn();
  await vi.waitFor(() =>
    expect(seen).toEqual([
      { asked: [], all: true },
      { asked: [7], all: false },
    ]),
  );
  looks.ask(8);
  goOn();
  await vi.waitFor(() =>
    expect(seen).toEqual([
      { asked: [], all: true },
      { asked: [7], all: false },
      { asked: [8, 7], all: false },
    ]),
  );
});
