import { z } from 'zod';
import { listWork } from '../work/listWork.ts';
import { memberProcedure, router } from './trpc.ts';

export const workRouter = router({
  /** What the service owes, and why each of it waits. */
  list: memberProcedure
    .input(z.object({ limit: z.number().int().min(1).max(500).optional() }))
    .query(({ ctx, input }) => listWork(ctx.service, ctx.user, input.limit ?? 100)),
});
