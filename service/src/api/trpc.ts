import { FlotillaError, errorClasses } from '@flotilla/shared/errors';
import { initTRPC, TRPCError } from '@trpc/server';
import type { Role } from '../auth/rights.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { unavailable } from '../db/unavailable.ts';
import type { Context } from './context.ts';
import { leavingOf } from './leaving.ts';

/** Characters of a message that says what is wrong with an input: zod has a sentence for every part of it. */
const mostLetters = 10_000;

const trpc = initTRPC.context<Context>().create({
  errorFormatter({ shape, error }) {
    const { cause } = error;
    // Also what a subscription throws after it has begun, which no middleware sees.
    if (cause instanceof FlotillaError) {
      const { code, details, message } = cause;
      return {
        ...shape,
        message,
        data: { code: errorClasses[code], path: shape.data.path, flotilla: { code, details } },
      };
    }
    // A bug's message may hold anything; callers get the sentence, the log has the rest.
    const message =
      error.code === 'INTERNAL_SERVER_ERROR'
        ? 'Something went wrong in the service; its log says what.'
        : shape.message.slice(0, mostLetters);
    return { ...shape, message, data: { code: shape.data.code, path: shape.data.path } };
  },
});

/** Turns what features throw into tRPC's errors, once. What is our fault is logged where the answer leaves (webSockets.ts). */
const translated = trpc.procedure.use(async ({ ctx, next }) => {
  const result = await next();
  if (result.ok) return result;
  const cause = result.error.cause;
  if (cause instanceof FlotillaError) {
    throw new TRPCError({ code: errorClasses[cause.code], message: cause.message, cause });
  }
  if (leavingOf(ctx.socket).aborted && cause?.name === 'AbortError') {
    throw new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', cause });
  }
  if (isTransientDatabaseError(cause)) {
    const refused = unavailable(cause, ctx.logger);
    throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message: refused.message, cause: refused });
  }
  return result;
});

export const router = trpc.router;
/** Answers without a token: only the exchange of a pairing code. */
export const publicProcedure = translated;

function refusal(message: string): TRPCError {
  return new TRPCError({ code: 'UNAUTHORIZED', message, cause: new FlotillaError('token.refused', message) });
}

/** For people: any user, to look. `leaving` is the signal of a call that is ended when its caller has gone. */
export const readerProcedure = translated.use(({ ctx, next }) => {
  if (ctx.principal?.scope !== 'user') {
    throw refusal(
      'This needs a user token: it is missing, unknown or revoked. Connect again with a new connect URL.',
    );
  }
  return next({ ctx: { ...ctx, user: ctx.principal.user, leaving: leavingOf(ctx.socket) } });
});

/** What the roles that not everybody has are needed for. */
const roleNeeds = {
  member: 'starting and changing things',
  admin: 'what concerns the whole deployment',
} as const;

/** For people of one of these roles, of which the first is named to the others. */
function forRoles(role: keyof typeof roleNeeds, ...also: readonly Role[]) {
  return readerProcedure.use(({ ctx, next }) => {
    if (ctx.user.role !== role && !also.includes(ctx.user.role)) {
      const message = `${ctx.user.name} is a ${ctx.user.role} here; ${roleNeeds[role]} needs the role ${role}.`;
      throw new TRPCError({
        code: 'FORBIDDEN',
        message,
        cause: new FlotillaError('role.refused', message),
      });
    }
    return next();
  });
}

/** For people who may change something: members and admins. */
export const memberProcedure = forRoles('member', 'admin');

/** For people who answer for the deployment: its code hosts, its secrets, who may read what. */
export const adminProcedure = forRoles('admin');

/** For runners before their hello. */
export const runnerProcedure = translated.use(({ ctx, next }) => {
  if (ctx.principal?.scope !== 'runner') {
    throw refusal(
      'This needs a runner token: it is missing, unknown or revoked. `npm run token -- create --scope runner` makes one.',
    );
  }
  return next({ ctx: { ...ctx, tokenId: ctx.principal.tokenId } });
});

/** For runners that have said hello on this connection. */
export const helloedProcedure = runnerProcedure.use(({ ctx, next }) => {
  const { runnerId } = ctx.session;
  if (runnerId === undefined) {
    throw new TRPCError({
      code: 'PRECONDITION_FAILED',
      message: 'Say hello first: this connection has not.',
    });
  }
  return next({ ctx: { ...ctx, runnerId } });
});
