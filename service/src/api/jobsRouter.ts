import { maxPage } from '@flotilla/shared/protocol/liveRows';
import { storable } from '@flotilla/shared/protocol/storable';
import { z } from 'zod';
import { cancelJob } from '../jobs/cancelJob.ts';
import { getJob, listJobs } from '../jobs/readJobs.ts';
import { rerunJob } from '../jobs/rerun.ts';
import { whyWaiting } from '../jobs/whyWaiting.ts';
import { listChangedFiles } from '../review/listChangedFiles.ts';
import { setIncluded } from '../review/setIncluded.ts';
import { id } from './inputs.ts';
import { memberProcedure, readerProcedure, router } from './trpc.ts';

export const jobsRouter = router({
  /** A page of the Jobs of an Execution, in the order of their Targets. */
  list: readerProcedure
    .input(
      z.object({
        executionId: id,
        after: id.optional(),
        limit: z.number().int().min(1).max(maxPage).default(maxPage),
      }),
    )
    .query(({ ctx, input }) => listJobs(ctx.service.sql, ctx.user, input)),
  get: readerProcedure
    .input(z.object({ jobId: id }))
    .query(({ ctx, input }) => getJob(ctx.service.sql, ctx.user, input.jobId)),
  /** Why a queued Job waits, and its place in the queue; null for one that does not wait. */
  waiting: readerProcedure
    .input(z.object({ jobId: id }))
    .query(({ ctx, input }) => whyWaiting(ctx.service, ctx.user, input.jobId)),
  cancel: memberProcedure.input(z.object({ jobId: id })).mutation(async ({ ctx, input }) => {
    await cancelJob(ctx.service, ctx.user, input.jobId);
    return getJob(ctx.service.sql, ctx.user, input.jobId);
  }),
  /** Runs an ended Job again, as a new Attempt. With a key it can be repeated. */
  rerun: memberProcedure
    .input(z.object({ jobId: id, requestKey: z.uuid().optional() }))
    .mutation(async ({ ctx, input }) => {
      await rerunJob(ctx.service, ctx.user, input.jobId, input.requestKey ?? null);
      return getJob(ctx.service.sql, ctx.user, input.jobId);
    }),
  changedFiles: readerProcedure
    .input(z.object({ jobId: id }))
    .query(({ ctx, input }) => listChangedFiles(ctx.service, ctx.user, input.jobId, ctx.leaving)),
  /** Leaves a Job, or one file of its Patch, out of what will be used, or takes it in again. */
  setIncluded: memberProcedure
    .input(z.object({ jobId: id, path: storable(4096).min(1).nullable(), included: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      await setIncluded(ctx.service, ctx.user, input);
      return getJob(ctx.service.sql, ctx.user, input.jobId);
    }),
});
