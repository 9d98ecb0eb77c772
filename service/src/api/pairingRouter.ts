import { FlotillaError } from '@flotilla/shared/errors';
import { storable } from '@flotilla/shared/protocol/storable';
import { z } from 'zod';
import { publicProcedure, router } from './trpc.ts';

/** Codes that one connection may try; an editor tries one. */
const triesOfConnection = 5;

export const pairingRouter = router({
  /** Exchanges a single-use code for a user token. */
  exchange: publicProcedure
    .input(z.object({ code: z.string().max(50), client: storable(200) }))
    .mutation(async ({ ctx, input }) => {
      ctx.session.pairingTries = (ctx.session.pairingTries ?? 0) + 1;
      if (ctx.session.pairingTries > triesOfConnection) {
        throw new FlotillaError(
          'pairing.refused',
          'Too many wrong pairing codes over one connection. Connect again.',
        );
      }
      try {
        return await ctx.service.pairingDesk.exchange(input.code, input.client);
      } catch (error) {
        if (error instanceof FlotillaError)
          ctx.logger.warn({ remoteAddress: ctx.remoteAddress }, 'a pairing code was refused');
        throw error;
      }
    }),
});
