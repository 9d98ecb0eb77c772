import { runnerCalls, type AnswerOf, type RunnerCall } from '@flotilla/shared/protocol/runnerCalls';
import { anything, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerError, readAnswer, readClaim, readHint } from './readAnswer.ts';

const job: AnswerOf<'claim'>['jobs'][number] = {
  attemptId: 1,
  attemptNumber: 1,
  leaseToken: '7f1c8ad4-6d0c-4a4c-8a51-c7e9b1f7d1a1',
  jobId: 2,
  executionId: 3,
  timeoutSeconds: 60,
  repository: 'web',
  baseRef: 'refs/heads/main',
  baseRevision: 'a'.repeat(40),
  env: { NODE_ENV: 'test' },
  network: 'default',
  resources: { memoryBytes: null, cpus: 1.5, processes: null, diskBytes: null },
  profile: 'default',
  steps: [
    {
      type: 'command',
      image: 'alpine:3',
      pinnedImage: null,
      args: ['true'],
      cacheDirs: [],
      timeoutSeconds: null,
    },
  ],
};

const hello: AnswerOf<'hello'> = {
  runnerId: '7f1c8ad4-6d0c-4a4c-8a51-c7e9b1f7d1a1',
  protocol: 1,
  intervals: { heartbeatMs: 5000, leaseMs: 30_000, pollMs: 5000, stopGraceMs: 10_000 },
  limits: { logBytes: 1, patchBytes: 1 },
  keep: [{ attemptId: 1, leaseToken: job.leaseToken }],
  drop: [2],
};

test.each<[RunnerCall, unknown]>([
  ['hello', hello],
  ['claim', { jobs: [job] }],
  ['heartbeat', { drain: false, cancel: [1], fenced: [] }],
  ['pinImage', { digest: `alpine@sha256:${'a'.repeat(64)}` }],
  ['finish', { result: 'incomplete', logLength: 1, patchLength: 0 }],
  ['progress', {}],
])(
  'what a service answers to %s is taken as it is, and what only a newer one says is left out',
  (name, answer) => {
    expect(readAnswer(name, answer)).toEqual(answer);
    expect(readAnswer(name, { ...(answer as object), newer: { than: 'this' } })).toEqual(answer);
  },
);

test('a newer service may say more of a Job, and an older one less', () => {
  const [step] = job.steps;
  const newer = {
    ...job,
    priority: 1,
    steps: [{ ...step, retries: 3 }],
    resources: { ...job.resources, gpus: 1 },
  };
  expect(readAnswer('claim', { jobs: [newer] }).jobs).toEqual([job]);
  const says = { codeHost: 'repositories', codeHostId: 1, repositoryId: 1, directory: '', owner: 'someone' };
  expect(readAnswer('claim', { jobs: [{ ...job, ...says }] }).jobs).toEqual([{ ...job, ...says }]);
});

test.each<[string, RunnerCall, unknown, string]>([
  ['no object', 'claim', 'no', ': '],
  ['no token', 'claim', { jobs: [{ ...job, leaseToken: '../x' }] }, 'jobs.0.leaseToken: '],
  [
    'a base that is no commit',
    'claim',
    { jobs: [{ ...job, baseRevision: '--upload-pack=x' }] },
    'baseRevision: ',
  ],
  [
    'a kind of Step that there is not',
    'claim',
    { jobs: [{ ...job, steps: [{ ...job.steps[0], type: 'vm' }] }] },
    'type: ',
  ],
  ['no Step', 'claim', { jobs: [{ ...job, steps: [] }] }, 'steps: '],
  ['more Jobs than anybody asks for', 'claim', { jobs: Array.from({ length: 257 }, () => job) }, 'jobs: '],
  [
    'heartbeats without a pause',
    'hello',
    { ...hello, intervals: { ...hello.intervals, heartbeatMs: 0 } },
    'intervals.heartbeatMs: ',
  ],
  [
    'a lease of no number',
    'hello',
    { ...hello, intervals: { ...hello.intervals, leaseMs: null } },
    'intervals.leaseMs: ',
  ],
  ['an end that there is not', 'finish', { result: 'perhaps' }, 'result: '],
  ['no digest', 'pinImage', { digest: '' }, 'digest: '],
])('an answer with %s is refused, and where is said', (_what, name, answer, place) => {
  expect(() => readAnswer(name, answer)).toThrow(AnswerError);
  expect(() => readAnswer(name, answer)).toThrow(place);
});

test('a Job that a runner does not understand takes none of those along that were claimed with it', () => {
  const newer = { ...job, attemptId: 2, steps: [{ ...job.steps[0], type: 'vm' }] };
  const { jobs, odd } = readClaim({ jobs: [newer, job] });
  expect(jobs).toEqual([job]);
  expect(odd).toEqual([
    { lease: { attemptId: 2, leaseToken: job.leaseToken }, error: expect.any(AnswerError) },
  ]);
  expect(odd[0]?.error.message).toMatch(
    /^The service answered "claim" with something that this runner does not understand \(steps\.0\.type: .+\)\. Update the older of the two\.$/,
  );
});

test.each([
  ['no object', 'no'],
  ['no token', { jobs: [job, { ...job, leaseToken: '../x' }] }],
  ['more Jobs than anybody asks for', { jobs: Array.from({ length: 257 }, () => job) }],
])('a claim of which it is not known what was claimed is refused as a whole: %s', (_what, answer) => {
  expect(() => readClaim(answer)).toThrow(AnswerError);
});

/** What an answer is refused with; undefined when it is taken. */
function refusalOf(name: RunnerCall, answer: unknown): unknown {
  try {
    readAnswer(name, answer);
    return undefined;
  } catch (error) {
    return error;
  }
}

test('a sentence about an answer is short, however much is wrong with it', () => {
  const bad = Array.from({ length: 256 }, () => ({ leaseToken: 'x'.repeat(100_000) }));
  const { message } = refusalOf('claim', { jobs: bad }) as AnswerError;
  expect(message.length).toBeGreaterThan(50);
  expect(message.length).toBeLessThan(500);
});

test('whatever is answered, it is an answer or an AnswerError', () => {
  const names = constantFrom(...(Object.keys(runnerCalls) as RunnerCall[]));
  assert(
    property(names, anything(), (name, answer) => {
      expect([undefined, AnswerError]).toContain(refusalOf(name, answer)?.constructor);
    }),
  );
});

test('a hint of a kind that only newer runners know is as good as lost, and so is what is none', () => {
  expect(readHint({ id: '1', data: { kind: 'cancel', attemptIds: [1] } })).toEqual({
    kind: 'cancel',
    attemptIds: [1],
  });
  expect(readHint({ id: '1', data: { kind: 'dance' } })).toBeUndefined();
  expect(readHint(undefined)).toBeUndefined();
  expect(readHint({ data: { kind: 'cancel', attemptIds: 'all' } })).toBeUndefined();
});
