import { z } from 'zod';

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
    /** The last line the Step wrote to stderr, as text, at most 500 characters. */
    lastLine: z.string().max(500),
  }),
  z.object({ kind: z.literal('timedOut'), step: z.number().int().min(0).nullable(), seconds: z.number() }),
  z.object({ kind: z.literal('cancelled'), step: z.number().int().min(0).nullable() }),
  z.object({
    kind: z.literal('errored'),
    reason: z.enum(['image', 'sandbox', 'git', 'patch', 'log', 'internal']),
    /** One sentence for people. */
    message: z.string().max(2000),
    step: z.number().int().min(0).nullable(),
  }),
]);
export type Outcome = z.infer<typeof outcome>;

/** What ended an Attempt from outside: its lease ran out, or its Runner gave it back. */
export type ServiceOutcome = { readonly kind: 'lost' } | { readonly kind: 'released' };

/** One short line about an outcome, as a description in a tree and a message in a terminal. */
export function describeOutcome(result: Outcome | ServiceOutcome): string {
  switch (result.kind) {
    case 'succeeded':
      return 'succeeded';
    case 'failed': {
      const cause = result.outOfMemory ? 'ran out of memory' : `exited with ${result.exitCode}`;
      return `step ${result.step + 1} ${cause}${result.lastLine === '' ? '' : `: ${result.lastLine}`}`;
    }
    case 'timedOut':
      return `timed out after ${result.seconds} s${stepSuffix(result.step)}`;
    case 'cancelled':
      return `cancelled${stepSuffix(result.step)}`;
    case 'errored':
      return result.message;
    case 'lost':
      return 'its runner was lost';
    case 'released':
      return 'its runner gave it back';
  }
}

function stepSuffix(step: number | null): string {
  return step === null ? '' : ` in step ${step + 1}`;
}
