import type { z } from 'zod';
import type { Immutable } from '../immutable.ts';
import { leaseRef } from './leaseRef.ts';
import {
  claimAnswer,
  claimInput,
  finishAnswer,
  finishInput,
  heartbeatAnswer,
  heartbeatInput,
  helloAnswer,
  helloInput,
  noAnswer,
  pinImageAnswer,
  pinImageInput,
  progressInput,
} from './runnerMessages.ts';

/** What a runner calls: what it says, which the service parses, and what it is answered, which the runner parses. */
export const runnerCalls = {
  hello: { input: helloInput, answer: helloAnswer },
  claim: { input: claimInput, answer: claimAnswer },
  heartbeat: { input: heartbeatInput, answer: heartbeatAnswer },
  progress: { input: progressInput, answer: noAnswer },
  pinImage: { input: pinImageInput, answer: pinImageAnswer },
  finish: { input: finishInput, answer: finishAnswer },
  /** Gives an Attempt back: its Job runs again. */
  release: { input: leaseRef, answer: noAnswer },
  /** The process that ran the Attempt is gone, and its log is in: it is lost now. */
  surrender: { input: leaseRef, answer: noAnswer },
} as const;

export type RunnerCall = keyof typeof runnerCalls;
export type InputOf<C extends RunnerCall> = Immutable<z.input<(typeof runnerCalls)[C]['input']>>;
export type AnswerOf<C extends RunnerCall> = Immutable<z.infer<(typeof runnerCalls)[C]['answer']>>;
