import { FlotillaError } from '@flotilla/shared/errors';
import { z } from 'zod';
import { exchangePairingCode } from '../auth/pairing.ts';
import { publicProcedure, router } from './trpc.ts';

export const pairingRouter = router({
  /** Exchanges a single-use code for a user token. */
  exchange: publicProcedure
    .input(z.object({ code: z.string().max(50), client: z.string().max(200) }))
    .mutation(async ({ ctx, input }) => {
      const { database, pairingLimit } = ctx.service;
      if (!pairingLimit.permits(performance.now())) {
        throw new FlotillaError(
          'pairing.refused',
          'Too many wrong pairing codes. Wait a minute and try again.',
        );
      }
      try {
        return await exchangePairingCode(database, input.code, input.client);
      } catch (error) {
        if (error instanceof FlotillaError) {
          pairingLimit.recordFailure(performance.now());
          ctx.logger.warn({ remoteAddress: ctx.remoteAddress }, 'a pairing code was refused');
        }
        throw error;
      }
    }),
});
