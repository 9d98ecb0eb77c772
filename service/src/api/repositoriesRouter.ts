import { longestQuery } from '@flotilla/shared/definition/actionSchema';
import { parseScopeQuery } from '@flotilla/shared/query/parseScopeQuery';
import { FlotillaError } from '@flotilla/shared/errors';
import { storable } from '@flotilla/shared/protocol/storable';
import { z } from 'zod';
import { listRepositories } from '../repositories/listRepositories.ts';
import { resolveScope } from '../search/resolveScope.ts';
import { memberProcedure, readerProcedure, router } from './trpc.ts';

export const repositoriesRouter = router({
  list: readerProcedure.query(({ ctx }) => listRepositories(ctx.service.database)),
  /** Scans the code host again and fetches what moved. */
  sync: memberProcedure.mutation(({ ctx, signal }) => ctx.service.syncRepositories(signal)),
});

export const scopesRouter = router({
  /** What an Execution with this scope query would touch, and what it leaves out. */
  preview: readerProcedure
    .input(z.object({ query: storable(longestQuery) }))
    .query(({ ctx, input, signal }) => {
      const parsed = parseScopeQuery(input.query);
      if (!parsed.ok) {
        const sentences = parsed.problems.map((problem) => problem.message).join(' ');
        throw new FlotillaError('scope.invalid', sentences, { details: { problems: parsed.problems } });
      }
      const { database, mirrors } = ctx.service;
      return resolveScope({ query: input.query, database, mirrors, signal });
    }),
});
