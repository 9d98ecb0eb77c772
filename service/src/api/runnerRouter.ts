import {
  claimInput,
  finishInput,
  heartbeatInput,
  helloInput,
  leaseRef,
  pinImageInput,
  progressInput,
  type HeartbeatAnswer,
} from '@flotilla/shared/protocol/runnerMessages';
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
  hello: runnerProcedure.input(helloInput).mutation(async ({ ctx, input }) => {
    const answer = await hello(ctx.service, ctx.tokenId, input);
    ctx.session.runnerId = answer.runnerId;
    return answer;
  }),
  claim: helloedProcedure.input(claimInput).mutation(async ({ ctx, input }) => ({
    jobs: await claim(ctx.service, ctx.runnerId, input.claimKey, input.free),
  })),
  heartbeat: helloedProcedure
    .input(heartbeatInput)
    .mutation(({ ctx, input }): Promise<HeartbeatAnswer> => heartbeat(ctx.service, ctx.runnerId, input)),
  progress: helloedProcedure.input(progressInput).mutation(async ({ ctx, input }) => {
    await progress(ctx.service, input);
    return {};
  }),
  pinImage: helloedProcedure.input(pinImageInput).mutation(async ({ ctx, input }) => ({
    digest: await pin(ctx.service, input, input.image, input.digest),
  })),
  finish: helloedProcedure
    .input(finishInput)
    .mutation(({ ctx, input, signal }) => finish(ctx.service, input, signal ?? AbortSignal.timeout(120_000))),
  surrender: helloedProcedure.input(leaseRef).mutation(async ({ ctx, input }) => {
    await surrender(ctx.service, input);
    return {};
  }),
  release: helloedProcedure.input(leaseRef).mutation(async ({ ctx, input }) => {
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
