import { z } from 'zod';
import type { Immutable } from '../immutable.ts';
import { longestText } from './longestText.ts';

const text = z.string().max(longestText);
const texts = z.array(text).max(longestText);

/**
 * What every Step says to the Runner that runs it, beside its image: stored with its Action and sent with each Job. A key
 * that Definitions before it lack is optional.
 */
const ofAnyStep = {
  args: texts,
  cacheDirs: texts,
  /** Limit of this Step alone, in seconds; null means that only the Job's counts. */
  timeoutSeconds: z.number().nullable(),
};

/** One container command of a Job. */
export const stepDefinition = z.discriminatedUnion('type', [
  /** Runs `args` as they are in the Action's image (or the service's default image), never on the runner's host. */
  z.object({ type: z.literal('command'), ...ofAnyStep }),
  /** Runs `image` with its own entrypoint; `args` override its CMD. */
  z.object({ type: z.literal('docker'), image: text, ...ofAnyStep }),
]);
export type StepDefinition = Immutable<z.infer<typeof stepDefinition>>;

/** The same as a Runner gets it: nothing is left to decide. */
export const claimedStep = z.object({
  type: z.enum(['command', 'docker']),
  image: text,
  /** Digest or local id that this Execution pinned for the image; null until a first Attempt has resolved it. */
  pinnedImage: text.nullable(),
  ...ofAnyStep,
});
export type ClaimedStep = Immutable<z.infer<typeof claimedStep>>;
