import { listCodeHosts } from '../codeHosts/listCodeHosts.ts';
import { readerProcedure, router } from './trpc.ts';

export const codeHostsRouter = router({
  /** With how far the scans are that go on. */
  list: readerProcedure.query(({ ctx }) => listCodeHosts(ctx.service.database, ctx.user)),
});
