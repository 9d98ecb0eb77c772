import { once } from 'node:events';
import { FlotillaError } from '@flotilla/shared/errors';
import type { FastifyReply } from 'fastify';
import { GitLimitError } from '../../git/git.ts';
import { SpoolFullError, type Spool } from '../../patches/spool.ts';
import type { Turns } from './turns.ts';

/** A reader who has taken nothing for so long is cut off. */
const stallMs = 10_000;

/** How long an answer may be read; an editor gives up after 60 s. */
const readMs = 120_000;

/** How long it may wait for its turn, and be made. */
const makeMs = 60_000;

/** Who asks, and what becomes of the answer. */
interface Asked {
  readonly reply: FastifyReply;
  readonly turns: Turns;
  readonly userId: number;
  /** What the answer is, as the beginning of a sentence, such as "The patch of attempt 7". */
  readonly what: string;
}

/**
 * Makes an answer when it is the user's turn, and sends it. Whoever leaves ends what makes it. The turn is over when the
 * answer has been read, or when its reader has taken too long.
 */
export async function sendSpool(
  { reply, turns, userId, what }: Asked,
  make: (signal: AbortSignal) => Promise<Spool>,
): Promise<FastifyReply> {
  const left = new AbortController();
  if (reply.raw.destroyed) return reply;
  reply.raw.once('close', () => left.abort());
  const signal = AbortSignal.any([left.signal, AbortSignal.timeout(makeMs)]);
  const refuse = (error: unknown): never => {
    throw refusalOf(error, signal, what);
  };
  using _turn = await turns.take(userId, signal).catch(refuse);
  await using spool = await make(signal).catch(refuse);
  if (left.signal.aborted) return reply;
  const cut = () => reply.raw.destroy();
  reply.raw.setTimeout(stallMs, cut);
  using _limit = limitOf(readMs, cut);
  const closed = once(reply.raw, 'close');
  void reply.type('application/octet-stream').header('content-length', spool.size).send(spool.read());
  await closed;
  return reply;
}

/** What a person is told of an answer that was too large, or took too long; any other error as it is. */
function refusalOf(error: unknown, signal: AbortSignal, what: string): unknown {
  if (error instanceof SpoolFullError)
    return new FlotillaError(
      'content.tooLarge',
      `${what} has more than ${error.mostBytes / 1024 / 1024} MiB, which is the limit.`,
      { cause: error },
    );
  if (error instanceof GitLimitError)
    return new FlotillaError('content.tooLarge', `${what} cannot be read: ${error.stderr}.`, {
      cause: error,
    });
  if (error instanceof FlotillaError || !signal.aborted) return error;
  return new FlotillaError(
    'unavailable',
    `${what} could not be read within ${makeMs / 1000} s: the service has too much to do. Try again.`,
    { cause: error },
  );
}

function limitOf(milliseconds: number, cut: () => void): Disposable {
  const timer = setTimeout(cut, milliseconds);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
