import type { JobView } from '@flotilla/shared/views';
import { expect, test } from 'vitest';
import { Emitter } from '../platform/emitter.ts';
import { aJob } from './builders.ts';
import { ChangedFiles } from './changedFiles.ts';
import { Collection } from './collection.ts';
import { liveJobs } from './liveJobs.ts';

/** The files of a Job that is held, with a service that answers when the test says so. */
async function open(job: JobView) {
  const jobs = new Collection<JobView>(
    liveJobs,
    { list: async () => ({ rows: [job], next: null }), get: async () => [] },
    undefined,
    () => undefined,
  );
  await jobs.load(job.executionId);
  const answer = Promise.withResolvers<never>();
  const files = new ChangedFiles(
    { use: () => answer.promise, onDidChangeServer: new Emitter<void>().event },
    jobs,
  );
  return { jobs, files, refuse: () => answer.reject(new Error('the service refuses')) };
}

test.each([
  ['a Job', null],
  ['a file', ['a.txt']],
])('where the service refuses to leave %s out, the row is what it became meanwhile', async (_what, paths) => {
  const job = aJob({ id: 5, state: 'running' });
  const { jobs, files, refuse } = await open(job);
  const choosing = files.setIncluded(job, paths, false);
  expect(jobs.get(5)?.included).toBe(paths !== null);
  jobs.hear([{ ...job, state: 'succeeded', included: paths !== null }], []);
  refuse();
  await expect(choosing).rejects.toThrow('the service refuses');
  expect(jobs.get(5)).toMatchObject({ state: 'succeeded', included: true });
});
