import { maxPage } from '@flotilla/shared/protocol/liveRows';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { findRowTopic, getRows, listRows } from '../feed/listRows.ts';
import { untilWritable } from './backpressure.ts';
import { id } from './inputs.ts';
import { readerProcedure, router } from './trpc.ts';

/** What a service calls a kind of live row. One that it does not have is no error of its shape. */
const topic = z.string().regex(/^[a-zA-Z]{1,50}$/);

/** Rows as editors hold them, whatever they are of. */
export const rowsRouter = router({
  /** The feed of changes. Subscribe first, then list: rows of the feed replace what the list said. */
  watch: readerProcedure
    .input(
      z.object({
        topics: z.array(topic).max(100),
        lastEventId: z
          .string()
          .regex(/^\d{1,18}$/)
          .optional(),
      }),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      const ended = signal ?? AbortSignal.abort();
      const { changeFeed } = ctx.service;
      const topics = new Set(input.topics);
      for await (const { cursor, changes } of changeFeed.watch(ctx.user, topics, input.lastEventId, ended)) {
        await untilWritable(ctx.socket, ended);
        yield tracked(cursor, changes);
      }
    }),
  /** A page of a list. */
  list: readerProcedure
    .input(
      z.object({
        topic,
        of: id.optional(),
        after: id.optional(),
        limit: z.number().int().min(1).max(maxPage),
      }),
    )
    .query(({ ctx, input: { topic: name, of, after, limit } }) => {
      const { sql, topics } = ctx.service;
      return listRows(sql, findRowTopic(topics, name), ctx.user, { of, after, limit });
    }),
  /** Rows by their ids; without those that there are not. */
  get: readerProcedure
    .input(z.object({ topic, ids: z.array(id).min(1).max(maxPage) }))
    .query(({ ctx, input }) => {
      const { sql, topics } = ctx.service;
      return getRows(sql, findRowTopic(topics, input.topic), ctx.user, input.ids);
    }),
});
