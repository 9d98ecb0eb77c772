import { z } from 'zod';
import type { Immutable } from '../immutable.ts';
import { jobDefinition } from '../definition/jobDefinition.ts';
import { claimedStep } from '../definition/stepDefinition.ts';
import { leaseRef } from './leaseRef.ts';

/** Of a host, a repository, a branch or a folder; those that there are, are far shorter. */
const name = z.string().max(64 * 1024);

/** The Target of a Job. A service of a version before this says no host, no id of the repository and no directory. */
const saidTarget = z.object({
  repository: name,
  baseRef: name,
  baseRevision: z.string().regex(/^[0-9a-f]{40,64}$/),
  codeHostId: z.number().int().optional(),
  codeHost: name.optional(),
  repositoryId: z.number().int().optional(),
  directory: name.optional(),
});

/** All that is needed to run a Job. */
export const claimedJob = leaseRef.extend({
  ...saidTarget.shape,
  ...jobDefinition.shape,
  attemptNumber: z.number().int(),
  jobId: z.number().int(),
  executionId: z.number().int(),
  /**
   * Names who started the Execution, to a runner that keeps things for them: equal for two Jobs of one user, and nothing
   * else is to be read from it. Undefined with a service of a version before this.
   */
  owner: name.optional(),
  /** Limit of the whole Job, from the first report of progress: an Attempt that was claimed ahead may wait before. */
  timeoutSeconds: z.number().positive(),
  steps: z.array(claimedStep).min(1).max(1000),
});
export type ClaimedJob = Immutable<z.infer<typeof claimedJob>>;
