import { z } from 'zod';
import { toStorable } from '../storableText.ts';

/** Text that a program wrote. It may hold anything, and may have been cut inside a character. */
export const written = (most: number) => z.string().max(most).transform(toStorable);

/**
 * How an Attempt ended: data, not an exception. *failed* is the user's step; *errored* is the machine's fault or
 * ours; *image* errors name the image.
 */
export const outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('succeeded') }),
  z.object({
    kind: z.literal('failed'),
    /** Index of the Step that failed, from 0. */
    step: z.number().int().min(0),
    exitCode: z.number().int(),
    /** Whether the kernel killed a process of the container for want of memory. */
    outOfMemory: z.boolean(),
    /** Whether it was ended because its Attempt had written more to disk than it may. */
    outOfDisk: z.boolean().default(false),
    /** The last line the Step wrote to stderr, as text, at most 500 characters. */
    lastLine: written(500),
  }),
  z.object({
    kind: z.literal('timedOut'),
    step: z.number().int().min(0).nullable(),
    seconds: z.number(),
    /** Whose limit it was. */
    limit: z.enum(['job', 'step']).default('job'),
  }),
  z.object({ kind: z.literal('cancelled'), step: z.number().int().min(0).nullable() }),
  z.object({
    kind: z.literal('errored'),
    reason: z.enum(['image', 'sandbox', 'git', 'patch', 'log', 'internal']),
    /** One sentence for people. */
    message: written(2000),
    step: z.number().int().min(0).nullable(),
    /** Whether it is of what the Job is about, such as a repository of too many files, and will be so again. */
    lasting: z.boolean().optional(),
  }),
]);
export type Outcome = z.infer<typeof outcome>;

/** What ended an Attempt from outside: its lease ran out, or its Runner gave it back. */
export type ServiceOutcome =
  | {
      readonly kind: 'lost';
      /** How many Attempts of the Job are lost, where that is the reason why it is not tried again. */
      readonly losses?: number;
    }
  | { readonly kind: 'released' };

/**
 * Whether a Job is tried again by itself after such an end: what the machine or we did wrong may be right the next
 * time. An image that there is not, or a Patch that is too large, stays so.
 */
export function isRetried(result: Outcome): boolean {
  if (result.kind !== 'errored' || result.lasting === true) return false;
  return result.reason !== 'image' && result.reason !== 'patch';
}
