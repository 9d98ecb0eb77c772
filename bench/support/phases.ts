import type { ServiceClient } from '../../scripts/launch/serviceClient.ts';
import { median } from './statistics.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

/** Medians of what the Attempts of an Execution spent their time on, in milliseconds. */
export interface Phases {
  /** Fetch, checkout and image: from the claim to the start of the first Step. */
  readonly prepare: number;
  /** The containers: from the start of the first Step to the end of the last. */
  readonly steps: number;
  /** Snapshot, upload, acceptance by the service: from the end of the last Step to the end of the Attempt. */
  readonly finish: number;
}

/** Reads the phases of the latest Attempts. Service and runner must share a clock, as they do on one machine. */
export async function phasesOf(client: ServiceClient, executionId: number): Promise<Phases> {
  const prepare: number[] = [];
  const steps: number[] = [];
  const finish: number[] = [];
  for (const job of await listJobs(client.api, executionId)) {
    const [attempt] = await client.api.attempts.list.query({ jobId: job.id });
    const begun = attempt?.steps.at(0)?.startedAt;
    const done = attempt?.steps.at(-1)?.endedAt;
    if (attempt?.endedAt == null || begun == null || done == null) continue;
    prepare.push(begun - attempt.claimedAt);
    steps.push(done - begun);
    finish.push(attempt.endedAt - done);
  }
  return { prepare: median(prepare), steps: median(steps), finish: median(finish) };
}
