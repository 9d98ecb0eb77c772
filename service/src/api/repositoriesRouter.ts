import { z } from 'zod';
import { listRepositories } from '../repositories/listRepositories.ts';
import { resolveScope } from '../search/resolveScope.ts';
import { memberProcedure, readerProcedure, router } from './trpc.ts';

export const repositoriesRouter = router({
  list: readerProcedure.query(({ ctx }) => listRepositories(ctx.service.database)),
  /** Scans the code host again and fetches what moved. */
  sync: memberProcedure.mutation(({ ctx }) => ctx.service.syncRepositories(ctx.leaving)),
});

export const scopesRouter = router({
  /** What an Execution with this scope query would touch, and what it leaves out. */
  preview: readerProcedure.input(z.object({ query: z.string() })).query(({ ctx, input }) => {
    const { database, mirrors } = ctx.service;
    const searcher = { purpose: 'search', userId: ctx.user.id, signal: ctx.leaving } as const;
    return resolveScope({ query: input.query, database, mirrors, searcher });
  }),
});
