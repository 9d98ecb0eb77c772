import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flotilla/shared/errors';
import { TRPCClientError } from '@trpc/client';
import { isTransientDatabaseError } from '../../service/src/db/transientErrors.ts';

/** How long somebody who is cut off keeps on asking, in milliseconds. */
const patienceMs = 120_000;
/** How long one answer may take: a connection may be half-open. */
const answerMs = 10_000;

/**
 * Asks until there is an answer, as a person would whose connection or service is away. A refusal by the service, and
 * anything else that is no absence, is thrown at once.
 */
export async function persist<T>(ask: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await answered(ask());
    } catch (error) {
      if (!isAbsence(error)) throw error;
      if (performance.now() > giveUpAt) {
        throw new Error(`asked for ${patienceMs / 1000} s: ${messageOf(error)}`, { cause: error });
      }
    }
    await delay(200);
  }
}

class Unanswered extends Error {}

async function answered<T>(promise: Promise<T>): Promise<T> {
  const overdue = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => overdue.reject(new Unanswered(`no answer within ${answerMs / 1000} s`)),
    answerMs,
  );
  try {
    return await Promise.race([promise, overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function isAbsence(error: unknown): boolean {
  if (error instanceof Unanswered || isTransientDatabaseError(error)) return true;
  if (!(error instanceof TRPCClientError)) return false;
  const code = (error.data as { code?: string } | null | undefined)?.code;
  return code === undefined || code === 'SERVICE_UNAVAILABLE';
}
