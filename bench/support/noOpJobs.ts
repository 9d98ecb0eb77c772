import { randomUUID } from 'node:crypto';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { claim } from '../../service/src/jobs/claim.ts';
import { finish } from '../../service/src/jobs/finish.ts';
import type { Service } from '../../service/src/service.ts';
import { waitFor } from '../../test/support/waitFor.ts';

/**
 * Empties the queue by callers that each claim `free` Jobs and finish them as succeeded. Returns Jobs per second, from
 * the first claim to the last acknowledged finish.
 */
export async function rateOfNoOpJobs(
  service: Service,
  runnerId: string,
  { jobs, callers, free }: { readonly jobs: number; readonly callers: number; readonly free: number },
): Promise<number> {
  let finished = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (;;) {
        const claimed = await claim(service, runnerId, randomUUID(), free);
        if (claimed.length === 0) return;
        await Promise.all(claimed.map((job) => succeed(service, job)));
        finished += claimed.length;
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  if (finished !== jobs) throw new Error(`of ${jobs} Jobs ${finished} were finished`);
  return jobs / seconds;
}

/** What happens after the measurement, so that it does not burden the next one: every log has been sealed. */
export async function untilSealed({ sql }: Service): Promise<void> {
  await waitFor(
    'the logs to be sealed',
    async () => {
      const [row] = await sql`
        select from attempts where ended_at is not null and log_sealed_at is null and log_damage is null limit 1`;
      return row === undefined;
    },
    { timeoutMs: 300_000, everyMs: 100 },
  );
}

async function succeed(service: Service, { attemptId, leaseToken }: ClaimedJob): Promise<void> {
  const answer = await finish(
    service,
    {
      attemptId,
      leaseToken,
      outcome: { kind: 'succeeded' },
      steps: [],
      phases: [],
      logLength: 0,
      streams: [],
      logLimitReached: false,
      patch: null,
    },
    AbortSignal.timeout(60_000),
  );
  if (answer.result !== 'done')
    throw new Error(`the end of Attempt ${attemptId} was answered ${answer.result}`);
}
