import type { ActionVersionView } from '@flotilla/shared/views';
import { z } from 'zod';
import { getActionVersion, listActions } from '../actions/readActions.ts';
import { saveAction } from '../actions/saveAction.ts';
import { actionToSave, id } from './inputs.ts';
import { memberProcedure, readerProcedure, router } from './trpc.ts';

export const actionsRouter = router({
  list: readerProcedure.query(({ ctx }) => listActions(ctx.service.database)),
  get: readerProcedure
    .input(z.object({ actionId: id, version: id.optional() }))
    .query(({ ctx, input }) => getActionVersion(ctx.service.database, input.actionId, input.version)),
  /** Saves a text as the next version, unless it is the latest one already. */
  save: memberProcedure.input(actionToSave).mutation(async ({ ctx, input }): Promise<ActionVersionView> => {
    const saved = await saveAction(ctx.service, ctx.user, input);
    return getActionVersion(ctx.service.database, saved.actionId, saved.version);
  }),
});
