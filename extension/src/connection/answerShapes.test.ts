import { anything, assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { liveAttempts } from '../model/liveAttempts.ts';
import { liveRunners } from '../model/liveRunners.ts';
import { liveCampaigns } from '../model/liveCampaigns.ts';
import { liveChangesets } from '../model/liveChangesets.ts';
import { aCampaign, aChangeset, aJob, anAttempt, anExecution, aRunner, aStep } from '../model/builders.ts';
import { answerShapes } from './answerShapes.ts';

const look = (path: string, value: unknown) => answerShapes[path]?.(value);

test('what a service answers is what its procedures answer', () => {
  const job = aJob({ outcome: { kind: 'lost', losses: 3 } });
  const failed = aJob({
    outcome: { kind: 'failed', step: 0, exitCode: 1, outOfMemory: false, outOfDisk: false, lastLine: '' },
  });
  const changes = { listAnew: false, rows: { jobs: [job, failed] }, gone: { executions: [7] } };
  expect(look('rows.watch', { id: '1', data: changes })).toBeUndefined();
  expect(look('rows.list', { rows: [job], next: null })).toBeUndefined();
  const attempt = anAttempt({
    steps: [aStep()],
    phases: [{ name: 'fetch', startedAt: 1.5, endedAt: null }],
  });
  expect(liveAttempts.shape(attempt)).toBeUndefined();
  expect(liveRunners.shape(aRunner())).toBeUndefined();
  expect(liveCampaigns.shape(aCampaign())).toBeUndefined();
  expect(liveChangesets.shape(aChangeset({ number: 7, review: 'approved' }))).toBeUndefined();
  expect(look('logs.tail', { id: '1', data: { kind: 'chunk', offset: 0, data: '' } })).toBeUndefined();
  expect(look('jobs.waiting', null)).toBeUndefined();
});

describe('a row', () => {
  test.each([
    ['a missing field', { id: undefined }, '.id'],
    ['a negative id', { id: -1 }, '.id'],
    ['a fraction as an id', { id: 1.5 }, '.id'],
    ['a huge id', { id: 1e300 }, '.id'],
    ['a time that is none', { createdAt: Number.POSITIVE_INFINITY }, '.createdAt'],
    ['a text in place of a number', { createdAt: 'now' }, '.createdAt'],
    ['an object in place of a text', { actionName: {} }, '.actionName'],
    ['an unknown state', { state: '__proto__' }, '.state'],
    ['negative counts', { counts: { ...anExecution().counts, failed: -5 } }, '.counts.failed'],
    ['no counts', { counts: null }, '.counts'],
  ])('with %s is refused, and where is said', (_what, values, place) => {
    expect(look('executions.get', { ...anExecution(), ...values })).toBe(place);
  });
});

test('a service that says no host and no directory of a Target is older, and is listened to', () => {
  const { codeHostId: _id, codeHost: _host, directory: _directory, ...job } = aJob();
  expect(look('jobs.get', job)).toBeUndefined();
  expect(look('jobs.get', { ...job, codeHost: 7 })).toBe('.codeHost');
});

test('a path that no system has is refused', () => {
  const file = { path: 'a/'.repeat(50_000), previousPath: null, status: 'added' };
  expect(look('jobs.changedFiles', [file])).toBe('[0].path');
});

test('a reason of a scope is looked into, and one that only a newer service knows is taken', () => {
  const scope = (reason: unknown) =>
    look('scopes.preview', { id: '', query: '', targets: [], leftOut: [{ repository: 'web', reason }] });
  expect(scope({ kind: 'nameDiffers', pattern: 'api' })).toBeUndefined();
  expect(scope({ kind: 'archived', since: 1 })).toBeUndefined();
  expect(scope({ kind: 'nameDiffers' })).toBe('.leftOut[0].reason.pattern');
  expect(scope({ kind: {} })).toBe('.leftOut[0].reason.kind');
  expect(scope('does not match repo:api')).toBe('.leftOut[0].reason');
});

test.each([
  ['a state', { state: 'constructor' }, '.state'],
  ['a number', { number: -1 }, '.number'],
  ['an address', { url: {} }, '.url'],
  ['a review', { review: 'loved' }, '.review'],
  ['a tree', { resultTree: null }, '.resultTree'],
  ['paths of a conflict', { reason: { kind: 'baseConflict', base: 'a', paths: 'x' } }, '.reason.paths'],
])('a Changeset with nonsense as %s is refused, and where is said', (_what, values, place) => {
  expect(liveChangesets.shape({ ...aChangeset(), ...values })).toBe(place);
});

test('a reason of a Changeset that only a newer service knows is taken', () => {
  expect(liveChangesets.shape({ ...aChangeset(), reason: { kind: 'inQueue' } })).toBeUndefined();
});

test('a list without an end is refused', () => {
  expect(look('rows.list', { rows: Array.from({ length: 100_001 }), next: null })).toBe('.rows');
});

test('whatever is answered, looking at it throws nothing', () => {
  assert(
    property(anything(), (value) => {
      for (const shape of Object.values(answerShapes)) {
        shape(value);
        shape([value]);
        shape({ id: '', data: value });
      }
    }),
    { numRuns: 500 },
  );
});
