import { storable } from '@flotilla/shared/protocol/storable';
import { z } from 'zod';
import { connectHost, tryHost } from '../codeHosts/connectHost.ts';
import { disconnectHost, replaceCredential } from '../codeHosts/disconnectHost.ts';
import { listCodeHosts } from '../codeHosts/listCodeHosts.ts';
import type { Context } from './context.ts';
import { id } from './inputs.ts';
import { adminProcedure, readerProcedure, router } from './trpc.ts';

/** A credential: never sent back. */
const credential = storable(16_384).trim().min(1);

const host = z.object({
  kind: z.string().max(50),
  address: storable(2048),
  settings: z.record(z.string().max(100), z.unknown()).default({}),
  credential: credential.nullable(),
});

const connectContext = ({ service }: Pick<Context, 'service'>) => ({
  ...service,
  rules: { allowLocal: service.config.localHosts },
});

export const codeHostsRouter = router({
  /** With how far the scans are that go on. */
  list: readerProcedure.query(({ ctx }) => listCodeHosts(ctx.service.database, ctx.user)),
  /** Tries a host as it would be connected: what works, how many repositories there are. Keeps nothing. */
  try: adminProcedure
    .input(host)
    .mutation(({ ctx, input, signal }) =>
      tryHost(connectContext(ctx), input, signal ?? AbortSignal.timeout(120_000)),
    ),
  /** Connects a host, or one of before again; answers its id. */
  connect: adminProcedure
    .input(host.extend({ name: storable(100).trim().min(1) }))
    .mutation(async ({ ctx, input }) => ({
      codeHostId: await connectHost(connectContext(ctx), ctx.user, input),
    })),
  disconnect: adminProcedure
    .input(z.object({ codeHostId: id }))
    .mutation(({ ctx, input }) => disconnectHost(ctx.service, ctx.user, input.codeHostId)),
  replaceCredential: adminProcedure
    .input(z.object({ codeHostId: id, credential }))
    .mutation(({ ctx, input }) => replaceCredential(ctx.service, ctx.user, input)),
});
