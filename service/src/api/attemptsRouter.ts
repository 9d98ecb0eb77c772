import { z } from 'zod';
import { listAttempts } from '../executions/readExecutions.ts';
import { compareAttempts } from '../review/compareAttempts.ts';
import { id } from './inputs.ts';
import { readerProcedure, router } from './trpc.ts';

export const attemptsRouter = router({
  list: readerProcedure
    .input(z.object({ jobId: id }))
    .query(({ ctx, input }) => listAttempts(ctx.service.sql, input.jobId)),
  /** The files in which the results of two Attempts of one Job differ. */
  compare: readerProcedure
    .input(z.object({ before: id, after: id }))
    .query(({ ctx, input }) =>
      compareAttempts(ctx.service, ctx.user, [input.before, input.after], ctx.leaving),
    ),
});
