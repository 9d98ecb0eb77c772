import { z } from 'zod';
import { listAttempts } from '../executions/readExecutions.ts';
import { id } from './inputs.ts';
import { readerProcedure, router } from './trpc.ts';

export const attemptsRouter = router({
  list: readerProcedure
    .input(z.object({ jobId: id }))
    .query(({ ctx, input }) => listAttempts(ctx.service.sql, input.jobId)),
});
