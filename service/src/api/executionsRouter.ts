import { z } from 'zod';
import { cancelExecution } from '../executions/cancelExecution.ts';
import { createExecution } from '../executions/createExecution.ts';
import { pauseJobs, resumeJobs } from '../executions/pause.ts';
import { rerunExecution } from '../jobs/rerun.ts';
import { getExecution, listExecutions } from '../executions/readExecutions.ts';
import { createContext } from './createContext.ts';
import { actionToSave, chosenRepositories, id } from './inputs.ts';
import { memberProcedure, readerProcedure, router } from './trpc.ts';

export const executionsRouter = router({
  create: memberProcedure
    .input(
      actionToSave.extend({
        requestKey: z.uuid(),
        repositories: chosenRepositories.nullable(),
        scopeId: z.uuid().nullable().default(null),
      }),
    )
    .mutation(({ ctx, input, signal }) => {
      return createExecution(
        createContext(ctx.service),
        ctx.user,
        input,
        signal ?? AbortSignal.timeout(60_000),
      );
    }),
  list: readerProcedure
    .input(z.object({ limit: z.number().int().min(1).max(500).optional() }))
    .query(({ ctx, input }) => listExecutions(ctx.service.sql, ctx.user, input.limit ?? 100)),
  get: readerProcedure
    .input(z.object({ executionId: id }))
    .query(({ ctx, input }) => getExecution(ctx.service.sql, ctx.user.id, input.executionId)),
  cancel: memberProcedure.input(z.object({ executionId: id })).mutation(async ({ ctx, input }) => {
    await cancelExecution(ctx.service, ctx.user, input.executionId);
    return getExecution(ctx.service.sql, ctx.user.id, input.executionId);
  }),
  /** Starts no further Job; those that run go on. */
  pause: memberProcedure.input(z.object({ executionId: id })).mutation(async ({ ctx, input }) => {
    await pauseJobs(ctx.service, ctx.user, input.executionId);
    return getExecution(ctx.service.sql, ctx.user.id, input.executionId);
  }),
  resume: memberProcedure.input(z.object({ executionId: id })).mutation(async ({ ctx, input }) => {
    await resumeJobs(ctx.service, ctx.user, input.executionId);
    return getExecution(ctx.service.sql, ctx.user.id, input.executionId);
  }),
  /** Runs ended Jobs again; answers how many. With a key it can be repeated. */
  rerun: memberProcedure
    .input(z.object({ executionId: id, scope: z.enum(['failed', 'all']), requestKey: z.uuid().optional() }))
    .mutation(async ({ ctx, input }) => {
      const { executionId, scope, requestKey = null } = input;
      return { jobs: await rerunExecution(ctx.service, ctx.user, executionId, scope, requestKey) };
    }),
});
