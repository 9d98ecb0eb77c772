import { expect, test } from 'vitest';
import type { JobView } from '@flotilla/shared/views';
import { Emitter } from '../platform/emitter.ts';
import { aJob } from './builders.ts';
import { JobNames } from './jobNames.ts';
import { GatheredChanges, type RowChanges } from './rowChanges.ts';

const here = aJob({ id: 1, codeHost: 'a' });
const there = aJob({ id: 2, codeHost: 'b', codeHostId: 2, repositoryId: 2 });

/** A collection that holds these Jobs of Execution 1, and no other. */
function collectionOf(...jobs: JobView[]) {
  const changed = new Emitter<RowChanges>();
  const collection = {
    held: jobs,
    get: (id: number) => collection.held.find((job) => job.id === id),
    rows: (executionId?: number) => (executionId === 1 ? collection.held : undefined),
    onDidChange: changed.event,
    fire: (changes: Partial<RowChanges>) => changed.fire(Object.assign(new GatheredChanges(), changes)),
  };
  return collection;
}

test('a Job is named among those of its Execution', () => {
  const names = new JobNames(collectionOf(here, there));
  expect([here, there].map((job) => names.of(job))).toEqual(['a/web', 'b/web']);
  expect(names.named(there)).toEqual({ ...there, name: 'b/web' });
});

test('a Job of an Execution whose Jobs are not held is named as if it were alone', () => {
  const names = new JobNames(collectionOf(here, there));
  expect(names.of({ ...there, executionId: 2 })).toBe('web');
});

test.each(['members', 'dropped'])('names are others once Jobs come or go: %s', (what) => {
  const jobs = collectionOf(here);
  const names = new JobNames(jobs);
  expect(names.of(here)).toBe('web');
  jobs.held = [here, there];
  jobs.fire({ [what]: new Set([1]) });
  expect(names.of(here)).toBe('a/web');
});

test.each([
  ['repository', { repository: 'shop' }, ['web', 'shop']],
  ['code host', { codeHost: 'c' }, ['a/web', 'c/web']],
])('names are others once a %s is called otherwise', (_what, renamed, expected) => {
  const jobs = collectionOf(here, there);
  const names = new JobNames(jobs);
  const shown = () => jobs.held.map((job) => names.of(job));
  expect(shown()).toEqual(['a/web', 'b/web']);
  jobs.held = [here, { ...there, ...renamed }];
  jobs.fire({ rows: new Set([there.id]) });
  expect(shown()).toEqual(expected);
});
