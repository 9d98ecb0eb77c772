import { tracked } from '@trpc/server';
import { z } from 'zod';
import { followLog, readLog } from '../logs/visibleLogs.ts';
import { untilWritable } from './backpressure.ts';
import { id } from './inputs.ts';
import { readerProcedure, router } from './trpc.ts';

const offset = z.number().int().min(0);
/** The largest part of one read, in bytes. */
const maxReadBytes = 1024 * 1024;

export const logsRouter = router({
  /** Follows a log from an offset. The event id is the offset after the chunk, so a resumed stream has no gap. */
  tail: readerProcedure
    .input(
      z.object({
        attemptId: id,
        offset,
        lastEventId: z
          .string()
          .regex(/^\d{1,15}(-end)?$/)
          .optional(),
      }),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      const ended = signal ?? AbortSignal.abort();
      const from = input.lastEventId === undefined ? input.offset : Number.parseInt(input.lastEventId, 10);
      const writable = () => untilWritable(ctx.socket, ended);
      const log = { attemptId: input.attemptId, from };
      for await (const message of followLog(ctx.service, ctx.user, log, ended, writable)) {
        const id =
          message.kind === 'chunk'
            ? String(message.offset + Buffer.byteLength(message.data, 'base64'))
            : `${message.offset}-end`;
        yield tracked(id, message);
      }
    }),
  read: readerProcedure
    .input(z.object({ attemptId: id, offset, limit: z.number().int().min(1).max(maxReadBytes) }))
    .query(async ({ ctx, input }) => {
      const { data, end } = await readLog(ctx.service, ctx.user, input);
      return { data: Buffer.from(data).toString('base64'), end };
    }),
});
