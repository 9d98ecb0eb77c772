import { execa } from 'execa';
import type { Flotilla } from './flotilla.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** The containers of an Execution's latest Attempts, running or not, by their ids; of one Job, or of all. */
export async function containersOf(
  flotilla: Flotilla,
  executionId: number,
  repository?: string,
): Promise<readonly string[]> {
  const jobs = await listJobs(flotilla.client.api, executionId);
  const meant = jobs.filter((job) => repository === undefined || job.repository === repository);
  const ids = await Promise.all(
    meant.map(async ({ currentAttemptId }) => {
      const labels = [`flotilla.attempt=${currentAttemptId}`, `flotilla.runner=${flotilla.runnerName}`];
      const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
      const { stdout } = await execa('docker', ['ps', '--all', '--quiet', ...filters]);
      return stdout.split('\n').filter((id) => id !== '');
    }),
  );
  return ids.flat();
}
