import { z } from 'zod';

export const attemptId = z.number().int().positive();

/** An Attempt as its holder names it. */
export const leaseRef = z.object({ attemptId, leaseToken: z.uuid() });
export type LeaseRef = z.infer<typeof leaseRef>;
