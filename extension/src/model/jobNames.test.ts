import { expect, test } from 'vitest';
import type { JobView } from '@flotilla/shared/views';
import { Emitter } from '../platform/emitter.ts';
import { aJob } from './builders.ts';
import { JobNames } from './jobNames.ts';
import { nothingTouched, type Touched } from './modelState.ts';

const here = aJob({ id: 1, codeHost: 'a' });
const there = aJob({ id: 2, codeHost: 'b', codeHostId: 2, repositoryId: 2 });

/** A model that holds these Jobs of Execution 1, and no other. */
function modelOf(...jobs: JobView[]) {
  const changed = new Emitter<Touched>();
  const model = {
    held: jobs,
    jobs: (executionId: number) => (executionId === 1 ? model.held : undefined),
    onDidChange: changed.event,
    fire: (touched: Partial<Touched>) => changed.fire({ ...nothingTouched, ...touched }),
  };
  return model;
}

test('a Job is named among those of its Execution', () => {
  const names = new JobNames(modelOf(here, there));
  expect([here, there].map((job) => names.of(job))).toEqual(['a/web', 'b/web']);
  expect(names.named(there)).toEqual({ ...there, name: 'b/web' });
});

test('a Job of an Execution whose Jobs are not held is named as if it were alone', () => {
  const names = new JobNames(modelOf(here, there));
  expect(names.of({ ...there, executionId: 2 })).toBe('web');
});

test.each([{ jobLists: new Set([1]) }, { list: true }])('names are others once Jobs come: %o', (touched) => {
  const model = modelOf(here);
  const names = new JobNames(model);
  expect(names.of(here)).toBe('web');
  model.held = [here, there];
  model.fire(touched);
  expect(names.of(here)).toBe('a/web');
});
