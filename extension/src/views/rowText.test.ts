import { noJobs, type JobCounts } from '@flotilla/shared/lifecycle/executionState';
import type { ChangedFile, JobView, StepView, WaitingView } from '@flotilla/shared/views';
import { describe, expect, test } from 'vitest';
import { aJob, anAttempt, anExecution, aStep } from '../model/builders.ts';
import {
  attemptText,
  damageText,
  executionText,
  fileText,
  jobsText,
  jobText,
  pauseText,
  stepName,
  stepText,
} from './rowText.ts';
import { formatAge, formatDuration } from './time.ts';

const patch = { attemptId: 1, baseTree: 'a', resultTree: 'b', files: 3, addedLines: 12, removedLines: 4 };

describe('an Execution says', () => {
  test('how far it is while it runs', () => {
    const counts = { ...noJobs, queued: 20, running: 8, succeeded: 12 };
    expect(executionText(anExecution({ counts, startedAt: 1000 }), 181_000)).toBe('12/40 · 3m');
  });

  test('that Jobs failed before it ends', () => {
    const counts = { ...noJobs, running: 1, failed: 1, errored: 1 };
    expect(executionText(anExecution({ counts }), 1500)).toBe('2/3 · 2 failed · 500ms');
  });

  test('that no Runner has taken a Job yet', () => {
    const counts = { ...noJobs, queued: 2 };
    expect(executionText(anExecution({ counts, state: 'queued', startedAt: null }), 60_000)).toBe(
      '0/2 · queued',
    );
  });

  test('who paused it, and how many of its Jobs are held back', () => {
    const counts = { ...noJobs, queued: 3, running: 1 };
    const paused = { at: 1000, by: 'Ada' };
    const execution = anExecution({ counts, paused, held: 3 });
    expect(executionText(execution, 1500)).toBe('0/4 · paused by Ada · 3 held · 500ms');
    expect(jobsText(execution)).toBe('4 Jobs · paused by Ada');
  });

  test('that so many failures paused it', () => {
    const counts = { ...noJobs, queued: 3, failed: 2, timedOut: 1 };
    expect(pauseText(anExecution({ counts, paused: { at: 1000, by: null } }))).toBe('paused: 3 Jobs failed');
  });

  test('nothing of a pause once all its Jobs have ended', () => {
    const counts = { ...noJobs, succeeded: 3 };
    expect(pauseText(anExecution({ counts, paused: { at: 1000, by: 'Ada' } }))).toBeUndefined();
  });

  test('that its repositories are not known yet', () => {
    expect(executionText(anExecution({ counts: noJobs, state: 'resolving' }), 1500)).toBe(
      'finding its repositories',
    );
  });

  test('what came out when it has ended', () => {
    const counts = { ...noJobs, succeeded: 5, failed: 1, cancelled: 2 };
    const execution = anExecution({ counts, state: 'failed', changed: 4, startedAt: 0, endedAt: 42_000 });
    expect(executionText(execution, 42_000 + 7_200_000)).toBe(
      '5/8 · 1 failed · 2 cancelled · 4 changed · 42s · 2h ago',
    );
  });

  test('that nothing changed only where Jobs succeeded', () => {
    const ended = { startedAt: 0, endedAt: 1000 };
    const said = (counts: Partial<JobCounts>, state: 'succeeded' | 'cancelled') =>
      executionText(anExecution({ ...ended, counts: { ...noJobs, ...counts }, state }), 1000);
    expect(said({ succeeded: 2 }, 'succeeded')).toBe('2/2 · no changes · 1.0s · just now');
    expect(said({ cancelled: 2 }, 'cancelled')).toBe('0/2 · 2 cancelled · 1.0s · just now');
  });
});

describe('a Job that waits says', () => {
  const said = (waiting: Partial<WaitingView>, job: Partial<JobView> = {}) =>
    jobText(aJob({ state: 'queued', attemptCount: 0, ...job }), undefined, 0, {
      jobId: 1,
      reason: 'turn',
      message: '',
      place: null,
      until: null,
      ...waiting,
    });

  test.each([
    [1, 'next'],
    [2, '2nd'],
    [3, '3rd'],
    [4, '4th'],
    [11, '11th'],
    [12, '12th'],
    [21, '21st'],
    [113, '113th'],
  ])('its place %i in the queue as %s', (place, word) => {
    expect(said({ place })).toBe(`queued · ${word} in the queue`);
  });

  test('which labels a Runner would have to have', () => {
    const reason = 'noRunnerWithLabels';
    expect(said({ reason }, { requires: ['gpu'] })).toBe('queued · waits for a runner with label gpu');
    expect(said({ reason }, { requires: ['arm', 'gpu'] })).toBe(
      'queued · waits for a runner with labels arm, gpu',
    );
  });

  test('that its Execution is paused, and which Attempt comes next', () => {
    expect(said({ reason: 'paused' }, { attemptCount: 1 })).toBe('queued · execution paused · attempt 2');
  });

  test('that it is held while the reason is not known yet', () => {
    expect(jobText(aJob({ state: 'queued', attemptCount: 0, held: true }), undefined, 0)).toBe(
      'queued · held',
    );
  });
});

describe('a Job says', () => {
  test('the Step it is in, for how long, and what that does', () => {
    const steps = [aStep({ state: 'succeeded' }), aStep({ index: 1, title: 'npm ci' })];
    expect(jobText(aJob({ startedAt: 0 }), anAttempt({ steps }), 4200)).toBe('step 2/2 · 4.2s · npm ci');
  });

  test('that it is between two Steps, before the first, or behind the last', () => {
    const [first, second] = [aStep({ state: 'succeeded' }), aStep({ index: 1, state: 'pending' })];
    const said = (...steps: StepView[]) => jobText(aJob({ startedAt: null }), anAttempt({ steps }), 0);
    expect(said(first, second)).toBe('step 2/2');
    expect(said(aStep({ state: 'pending' }), second)).toBe('preparing');
    expect(said(first)).toBe('finishing');
  });

  test('that it was cancelled, although its last Attempt was given back before', () => {
    const job = { state: 'cancelled', startedAt: 0, endedAt: 9000 } as const;
    expect(jobText(aJob({ ...job, outcome: { kind: 'released' } }), undefined, 0)).toBe('cancelled · 9.0s');
    const outcome = { kind: 'cancelled', step: 0 } as const;
    expect(jobText(aJob({ ...job, outcome }), undefined, 0)).toBe('cancelled in step 1 · 9.0s');
  });

  test('that it is running, and that this is not the first try', () => {
    expect(jobText(aJob({ attemptCount: 2, startedAt: null }), undefined, 0)).toBe('running · attempt 2');
  });

  test('step, exit code and the last line of stderr when it failed', () => {
    const outcome = {
      kind: 'failed',
      step: 1,
      exitCode: 2,
      outOfMemory: false,
      outOfDisk: false,
      lastLine: 'No such file',
    } as const;
    expect(jobText(aJob({ state: 'failed', outcome, startedAt: 0, endedAt: 12_000 }), undefined, 0)).toBe(
      'step 2 exit 2: No such file · 12s',
    );
  });

  test('what it changed', () => {
    expect(jobText(aJob({ state: 'succeeded', patch, endedAt: 2000 }), undefined, 0)).toBe(
      '3 files +12 \u22124 · 1.0s',
    );
    expect(jobText(aJob({ state: 'succeeded', endedAt: 2000 }), undefined, 0)).toBe('no changes · 1.0s');
  });
});

test('a Job that a reviewer left out says so', () => {
  expect(jobText(aJob({ state: 'succeeded', patch, included: false, endedAt: 2000 }), undefined, 0)).toBe(
    'left out · 3 files +12 \u22124 · 1.0s',
  );
});

describe('a changed file says', () => {
  const file: ChangedFile = {
    path: 'a.sh',
    previousPath: null,
    status: 'modified',
    addedLines: 3,
    removedLines: 1,
    baseMode: '100644',
    resultMode: '100644',
    included: true,
  };
  test.each<[string, Partial<ChangedFile>, string]>([
    ['its lines', {}, '+3 \u22121'],
    ['that it has none', { addedLines: null, removedLines: null }, 'binary'],
    ['where it was', { previousPath: 'b.sh' }, '+3 \u22121 · from b.sh'],
    ['only where it was', { previousPath: 'b.sh', addedLines: 0, removedLines: 0 }, 'from b.sh'],
    ['its mode', { resultMode: '100755', addedLines: 0, removedLines: 0 }, 'mode 100644 \u2192 100755'],
    ['that it is new and empty', { baseMode: null, addedLines: 0, removedLines: 0 }, '+0 \u22120'],
  ])('%s', (_what, values, text) => {
    expect(fileText({ ...file, ...values })).toBe(text);
  });
});

test('an Attempt says how it ended, how long it took and where', () => {
  expect(attemptText(anAttempt({ claimedAt: 0 }), 5000)).toBe('running · 5.0s · here');
  expect(
    attemptText(anAttempt({ state: 'lost', outcome: { kind: 'lost' }, claimedAt: 0, endedAt: 30_000 }), 0),
  ).toBe('its runner was lost · 30s · here');
});

test('an Attempt leaves it to the Step that runs how long it takes', () => {
  const pending = aStep({ state: 'pending', startedAt: null });
  const preparing = anAttempt({ state: 'claimed', claimedAt: 0, steps: [pending] });
  expect(attemptText(preparing, 5000)).toBe('preparing · 5.0s · here');
  const step = aStep({ state: 'running', startedAt: 1000 });
  expect(attemptText(anAttempt({ claimedAt: 0, steps: [step, pending] }), 5000)).toBe('running · here');
  expect(stepText(step, 5000)).toBe('4.0s');
});

test('an Attempt says that its log is damaged', () => {
  const damaged = anAttempt({
    claimedAt: 0,
    endedAt: 5000,
    logDamage: 'step 0, descriptor 1: the bytes differ',
  });
  expect(attemptText(damaged, 0)).toContain('log damaged');
  expect(damageText('chunks of a stream leave a gap at offset 5')).toBe(
    'The stored log is not what the runner wrote: chunks of a stream leave a gap at offset 5.',
  );
});

test('a Step says its exit code and how long it took', () => {
  expect(stepText(aStep({ exitCode: 0, startedAt: 0, endedAt: 3200 }), 0)).toBe('exit 0 · 3.2s');
  expect(stepText(aStep({ state: 'pending', startedAt: null }), 0)).toBe('');
});

test.each([
  ['npm ci', '1. npm ci'],
  ['sh -c npm ci && npm test', '1. npm ci && npm test'],
  ['bash -eu -c make', '1. make'],
  ['node scripts/move-everything-around.js', '1. node scripts/move-everythin…'],
])('the Step "%s" is named "%s"', (title, name) => {
  expect(stepName(aStep({ title }))).toBe(name);
});

test.each([
  [0, '0ms'],
  [999, '999ms'],
  [9949, '9.9s'],
  [9960, '10s'],
  [59_400, '59s'],
  [60_000, '1m'],
  [185_000, '3m 5s'],
  [7_800_000, '2h 10m'],
  [360_000_000, '4d 4h'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [10_000, 'just now'],
  [240_000, '4m ago'],
  [7_200_000, '2h ago'],
  [300_000_000, '3d ago'],
])('%d ms are %s', (ms, text) => {
  expect(formatAge(ms)).toBe(text);
});
