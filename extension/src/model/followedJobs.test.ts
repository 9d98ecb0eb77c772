import { expect, test } from 'vitest';
import { aJob } from './builders.ts';
import { FollowedJobs, maxFollowed, maxOfExecution } from './followedJobs.ts';

const jobsOf = (executionId: number, count: number) =>
  Array.from({ length: count }, (_, index) =>
    aJob({ id: executionId * 1000 + index, executionId, state: 'queued' }),
  );
const countOf = (followed: FollowedJobs, executionId: number) =>
  followed.ids.filter((jobId) => Math.floor(jobId / 1000) === executionId).length;

test('an Execution with many queued Jobs leaves room for another that is open', () => {
  const followed = new FollowedJobs();
  for (const job of [...jobsOf(1, 50), ...jobsOf(2, 50)]) followed.add(job);
  expect([countOf(followed, 1), countOf(followed, 2)]).toEqual([maxOfExecution, maxOfExecution]);
  for (const job of jobsOf(3, 50)) followed.add(job);
  expect(followed.ids).toHaveLength(maxFollowed);
});

test('a collapsed Execution gives its room to those that are opened after it', () => {
  const followed = new FollowedJobs();
  for (const executionId of [1, 2, 3, 4]) {
    for (const job of jobsOf(executionId, 50)) followed.add(job);
    expect(countOf(followed, executionId)).toBe(maxOfExecution);
    followed.setOpened(executionId, false);
  }
  expect(followed.ids).toEqual([]);
});

test('a row of a collapsed Execution that is drawn again takes no room, until it is opened again', () => {
  const followed = new FollowedJobs();
  const [job = aJob()] = jobsOf(1, 1);
  followed.setOpened(1, false);
  expect(followed.add(job)).toBe(false);
  followed.setOpened(1, true);
  expect(followed.add(job)).toBe(true);
  expect(followed.add(job)).toBe(false);
  expect(followed.ids).toEqual([job.id]);
});
