import { editorProtocol } from '@flotilla/shared/protocol/version';
import type { ServerView } from '@flotilla/shared/views';
import { countOnline } from '../runners/countOnline.ts';
import { programVersion } from '../version.ts';
import { readerProcedure, router } from './trpc.ts';

export const serverRouter = router({
  info: readerProcedure.query(async ({ ctx }): Promise<ServerView> => {
    const { sql, config } = ctx.service;
    const { online, time } = await countOnline(sql, config.leaseMs);
    return {
      version: programVersion,
      protocol: editorProtocol,
      user: { name: ctx.user.name, role: ctx.user.role },
      defaultImage: config.defaultImage,
      runnersOnline: online,
      time,
    };
  }),
});
