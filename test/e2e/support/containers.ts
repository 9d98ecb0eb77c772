import { containersOf as containersOfAttempt } from '../../support/containers.ts';
import type { Flotilla } from './flotilla.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** The containers of an Execution's latest Attempts, running or not, by their ids; of one Job, or of all. */
export async function containersOf(
  flotilla: Flotilla,
  executionId: number,
  repository?: string,
): Promise<readonly string[]> {
  const jobs = await listJobs(flotilla.client.api, executionId);
  const attempts = jobs
    .filter((job) => repository === undefined || job.repository === repository)
    .flatMap(({ currentAttemptId }) => (currentAttemptId === null ? [] : [currentAttemptId]));
  const ids = await Promise.all(
    attempts.map((id) => containersOfAttempt({ id, runner: flotilla.runnerName })),
  );
  return ids.flat();
}
