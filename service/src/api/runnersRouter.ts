import { z } from 'zod';
import { drainRunner, forget, listRunnerJobs, listRunners } from '../runners/manageRunners.ts';
import { selectQueueView } from '../runners/queueView.ts';
import { memberProcedure, readerProcedure, router } from './trpc.ts';

const runnerId = z.uuid();

export const runnersRouter = router({
  list: readerProcedure.query(({ ctx }) => listRunners(ctx.service)),
  queue: readerProcedure.query(({ ctx }) => selectQueueView(ctx.service)),
  /** What a Runner works on now; empty for one that there is not. */
  jobs: readerProcedure
    .input(z.object({ runnerId }))
    .query(({ ctx, input }) => listRunnerJobs(ctx.service, ctx.user, input.runnerId)),
  /** Lets a Runner claim nothing more (`drain: true`), or claim again. */
  drain: memberProcedure
    .input(z.object({ runnerId, drain: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      await drainRunner(ctx.service, ctx.user, input.runnerId, input.drain);
      return listRunners(ctx.service);
    }),
  forget: memberProcedure.input(z.object({ runnerId })).mutation(async ({ ctx, input }) => {
    await forget(ctx.service, ctx.user, input.runnerId);
    return listRunners(ctx.service);
  }),
});
