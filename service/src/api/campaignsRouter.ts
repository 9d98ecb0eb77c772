import { campaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import { storable } from '@flotilla/shared/protocol/storable';
import { z } from 'zod';
import { checkDrift } from '../campaigns/checkDrift.ts';
import { closeCampaign } from '../campaigns/closeCampaign.ts';
import { createCampaign } from '../campaigns/createCampaign.ts';
import { previewCampaign } from '../campaigns/previewCampaign.ts';
import { previewUpdate } from '../campaigns/previewUpdate.ts';
import { updateCampaign } from '../campaigns/updateCampaign.ts';
import { createContext } from './createContext.ts';
import { id } from './inputs.ts';
import { memberProcedure, readerProcedure, router } from './trpc.ts';

const draft = {
  executionId: id,
  name: storable(200).trim().min(1),
  description: storable(10_000).default(''),
  template: campaignTemplate,
};

export const campaignsRouter = router({
  /** What a Campaign would publish, Target by Target. Changes nothing. */
  preview: readerProcedure
    .input(z.object(draft))
    .query(({ ctx, input }) => previewCampaign(ctx.service, ctx.user, input, ctx.leaving)),
  /** Answers the id of the Campaign. With its key it can be repeated. */
  create: memberProcedure
    .input(
      z.object({
        requestKey: z.uuid(),
        ...draft,
        partialReason: storable(1000).trim().min(1).nullable().default(null),
      }),
    )
    .mutation(async ({ ctx, input, signal }) => ({
      campaignId: await createCampaign(ctx.service, ctx.user, input, signal ?? AbortSignal.timeout(60_000)),
    })),
  /** What an update from an Execution would do, Target by Target. Changes nothing. */
  previewUpdate: readerProcedure
    .input(z.object({ campaignId: id, executionId: id }))
    .query(({ ctx, input, signal }) =>
      previewUpdate(ctx.service, ctx.user, input, signal ?? AbortSignal.timeout(60_000)),
    ),
  /** Applies an update that was seen, as its digest says. */
  update: memberProcedure
    .input(
      z.object({
        campaignId: id,
        executionId: id,
        digest: z.string().regex(/^[0-9a-f]{64}$/),
        template: campaignTemplate.nullable().default(null),
        partialReason: storable(1000).trim().min(1).nullable().default(null),
        closeMany: z.boolean().default(false),
      }),
    )
    .mutation(({ ctx, input, signal }) =>
      updateCampaign(ctx.service, ctx.user, input, signal ?? AbortSignal.timeout(60_000)),
    ),
  /** Runs its Action again to see whether anything is left to change; answers the Execution, null where nothing is in scope. */
  checkDrift: memberProcedure
    .input(z.object({ campaignId: id }))
    .mutation(async ({ ctx, input, signal }) => ({
      executionId: await checkDrift(
        createContext(ctx.service),
        ctx.user,
        input.campaignId,
        signal ?? AbortSignal.timeout(60_000),
      ),
    })),
  /** Closes a Campaign, with what it published or without; answers how many of its Changesets are closed by that. */
  close: memberProcedure
    .input(z.object({ campaignId: id, withChangesets: z.boolean() }))
    .mutation(async ({ ctx, input }) => ({
      changesets: await closeCampaign(ctx.service, ctx.user, input),
    })),
});
