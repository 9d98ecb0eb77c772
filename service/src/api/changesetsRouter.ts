import { storable } from '@flotilla/shared/protocol/storable';
import { decisions, mergeMethods, wishes } from '@flotilla/shared/campaign/wishes';
import { z } from 'zod';
import { decide, merge, passGate, wish as want } from '../changesets/decide.ts';
import { id, ids } from './inputs.ts';
import { memberProcedure, router } from './trpc.ts';

export const changesetsRouter = router({
  /** Decides about a commit of somebody else, for exactly the commit that was shown. */
  decide: memberProcedure
    .input(
      z.object({
        changesetId: id,
        decision: z.enum(decisions),
        commit: z.string().regex(/^[0-9a-f]{40}$/),
      }),
    )
    .mutation(({ ctx, input }) => decide(ctx.service, ctx.user, input)),
  /** Lets the Patches of several pass the gates that stop them, for a reason; answers those for which that means something. */
  passGate: memberProcedure
    .input(z.object({ changesetIds: ids, reason: storable(1000).trim().min(1) }))
    .mutation(({ ctx, input }) => passGate(ctx.service, ctx.user, input)),
  /** Publishes, closes, reopens or tries several again; answers those for which that means something. */
  want: memberProcedure
    .input(z.object({ changesetIds: ids, wish: z.enum(wishes) }))
    .mutation(({ ctx, input }) => want(ctx.service, ctx.user, input)),
  /** Merges open ones, at once or by their hosts when they are ready; answers those for which that means something. */
  merge: memberProcedure
    .input(z.object({ changesetIds: ids, method: z.enum(mergeMethods), when: z.enum(['now', 'ready']) }))
    .mutation(({ ctx, input: { changesetIds, ...wish } }) =>
      merge(ctx.service, ctx.user, { changesetIds, merge: wish }),
    ),
});
