import { TRPCClientError } from '@trpc/client';
import type { FlotillaClient } from './client.ts';
import type { Connection } from './connection.ts';

/** How often a call is made whose answer is lost. Between two of them the service has been reached again. */
const maxCalls = 3;

/**
 * Makes a call that can be repeated (by its key, or by nature), and makes it again where its answer was lost because
 * the connection was cut. A refusal is an answer.
 */
export async function untilAnswered<T>(
  connection: Connection,
  call: (client: FlotillaClient) => Promise<T>,
): Promise<T> {
  for (let calls = 1; ; calls++) {
    try {
      return await connection.use(call);
    } catch (error) {
      if (calls >= maxCalls || !isAnswerLost(error)) throw error;
    }
  }
}

/** Whether a call may or may not have been done: the service has said nothing about it. */
function isAnswerLost(error: unknown): boolean {
  return error instanceof TRPCClientError && error.shape === undefined;
}
