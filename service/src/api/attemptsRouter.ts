import { z } from 'zod';
import { listAttempts } from '../jobs/readJobs.ts';
import { compareAttempts } from '../review/compareAttempts.ts';
import { id } from './inputs.ts';
import { readerProcedure, router } from './trpc.ts';

export const attemptsRouter = router({
  list: readerProcedure
    .input(z.object({ jobId: id }))
    .query(({ ctx, input }) => listAttempts(ctx.service.sql, ctx.user, input.jobId)),
  /** The files in which the results of two Attempts of one Job differ. */
  compare: readerProcedure
    .input(z.object({ before: id, after: id }))
    .query(({ ctx, input }) =>
      compareAttempts(ctx.service, ctx.user, [input.before, input.after], ctx.leaving),
    ),
});
