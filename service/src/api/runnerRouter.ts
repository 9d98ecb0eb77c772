import { runnerCalls, type AnswerOf } from '@flotilla/shared/protocol/runnerCalls';
import { tracked } from '@trpc/server';
import { claim } from '../jobs/claim.ts';
import { finish } from '../jobs/finish.ts';
import { pin, progress, release, surrender } from '../jobs/leaseCalls.ts';
import { heartbeat } from '../runners/heartbeat.ts';
import { hello } from '../runners/hello.ts';
import { runnerHints } from '../runners/runnerHints.ts';
import { helloedProcedure, router, runnerProcedure } from './trpc.ts';

/** What runners call, on `/runner`. Every call is idempotent. */
export const runnerRouter = router({
  hello: runnerProcedure
    .input(runnerCalls.hello.input)
    .mutation(({ ctx, input }): Promise<AnswerOf<'hello'>> => {
      const { session } = ctx;
      const greet = async () => {
        const answer = await hello(ctx.service, ctx.tokenId, input);
        session.runnerId = answer.runnerId;
        return answer;
      };
      // One after the other: the tokens of the last one that was said are those that count.
      const greeting = (session.greeting ?? Promise.resolve()).then(greet, greet);
      session.greeting = greeting;
      return greeting;
    }),
  claim: helloedProcedure
    .input(runnerCalls.claim.input)
    .mutation(async ({ ctx, input }): Promise<AnswerOf<'claim'>> => ({
      jobs: await claim(ctx.service, ctx.runnerId, input.claimKey, input.free),
    })),
  heartbeat: helloedProcedure
    .input(runnerCalls.heartbeat.input)
    .mutation(({ ctx, input }): Promise<AnswerOf<'heartbeat'>> =>
      heartbeat(ctx.service, ctx.runnerId, input),
    ),
  progress: helloedProcedure.input(runnerCalls.progress.input).mutation(async ({ ctx, input }) => {
    await progress(ctx.service, input);
    return {};
  }),
  pinImage: helloedProcedure
    .input(runnerCalls.pinImage.input)
    .mutation(async ({ ctx, input }): Promise<AnswerOf<'pinImage'>> => ({
      digest: await pin(ctx.service, input, input.image, input.digest),
    })),
  finish: helloedProcedure
    .input(runnerCalls.finish.input)
    .mutation(({ ctx, input, signal }): Promise<AnswerOf<'finish'>> =>
      finish(ctx.service, input, signal ?? AbortSignal.timeout(120_000)),
    ),
  surrender: helloedProcedure.input(runnerCalls.surrender.input).mutation(async ({ ctx, input }) => {
    await surrender(ctx.service, input);
    return {};
  }),
  release: helloedProcedure.input(runnerCalls.release.input).mutation(async ({ ctx, input }) => {
    await release(ctx.service, input);
    return {};
  }),
  /** Hints: what they say can also be found out by claiming and by heartbeats. */
  events: helloedProcedure.subscription(async function* ({ ctx, signal }) {
    let number = 0;
    for await (const hint of runnerHints(ctx.service, ctx.runnerId, signal ?? AbortSignal.abort())) {
      number += 1;
      yield tracked(String(number), hint);
    }
  }),
});
