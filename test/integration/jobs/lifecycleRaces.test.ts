import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { expect, test } from 'vitest';
import { openCrowd } from '../../support/lifecycle/crowd.ts';
import { anyCall, makeTogether } from '../../support/lifecycle/crowdCalls.ts';

const limits = constantFrom<Readonly<Record<string, number>>>(
  {},
  { maxParallel: 1 },
  { maxParallel: 2 },
  { maxFailures: 1 },
  { maxParallel: 2, maxFailures: 2 },
);

test(
  'whatever is called at the same moment, on two replicas, the invariants stand',
  { timeout: 120_000 },
  async () => {
    await using crowd = await openCrowd();
    const rounds = array(array(anyCall, { minLength: 2, maxLength: 16, size: 'max' }), {
      minLength: 4,
      maxLength: 12,
      size: 'max',
    });
    // On a busy machine there are fewer runs, not a longer test.
    const until = performance.now() + 20_000;
    await assert(
      asyncProperty(limits, limits, rounds, async (first, second, calls) => {
        if (performance.now() > until) return;
        await crowd.start([first, second]);
        const broken: string[] = [];
        for (const together of calls) {
          await makeTogether(crowd, together);
          broken.push(...(await crowd.broken()));
          await crowd.settled();
        }
        broken.push(...(await crowd.finish()), ...(await crowd.broken()));
        expect(broken).toEqual([]);
      }),
      // A failure says its seed; it is not made smaller, because no run is like another.
      { numRuns: 40, endOnFailure: true },
    );
  },
);
