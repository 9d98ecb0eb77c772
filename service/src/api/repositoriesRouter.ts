import { z } from 'zod';
import type { User } from '../auth/tokens.ts';
import { listRepositories } from '../repositories/listRepositories.ts';
import { compareTrees } from '../review/compareTrees.ts';
import type { Service } from '../service.ts';
import { changedScope, previewScope, type ScopeViewer } from '../scopes/previewScope.ts';
import { id } from './inputs.ts';
import { memberProcedure, readerProcedure, router } from './trpc.ts';

/** A full id of an object of git. */
const objectId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

export const repositoriesRouter = router({
  list: readerProcedure.query(({ ctx }) => listRepositories(ctx.service.database, ctx.user)),
  /** Scans all code hosts again and fetches what moved. */
  sync: memberProcedure.mutation(({ ctx }) => ctx.service.codeHosts.sync(ctx.leaving)),
  /** Looks at one repository again and fetches it. */
  fetch: memberProcedure
    .input(z.object({ repositoryId: id }))
    .mutation(({ ctx, input }) => ctx.service.codeHosts.fetch(ctx.user, input.repositoryId, ctx.leaving)),
  /** The files in which two trees of a repository differ, such as those before and after a Changeset. */
  compareTrees: readerProcedure
    .input(z.object({ repositoryId: id, baseTree: objectId, resultTree: objectId }))
    .query(({ ctx, input }) => compareTrees(ctx.service, ctx.user, input, ctx.leaving)),
});

export const scopesRouter = router({
  /** What an Execution with this scope query would touch, and what it leaves out. It is kept for a while. */
  preview: readerProcedure
    .input(z.object({ query: z.string() }))
    .query(({ ctx, input }) => previewScope(viewerOf(ctx), input.query)),
  /** What has changed since a scope was looked at; null when nothing has. */
  changes: readerProcedure
    .input(z.object({ scopeId: z.uuid() }))
    .query(({ ctx, input }) => changedScope(viewerOf(ctx), input.scopeId)),
});

function viewerOf({
  service: { database, sql, mirrors },
  user,
  leaving,
}: {
  readonly service: Service;
  readonly user: User;
  readonly leaving: AbortSignal;
}): ScopeViewer {
  return { database, sql, mirrors, user, signal: leaving };
}
