import { TRPCClientError } from '@trpc/client';

/** How the service refused a call. */
export interface Refusal {
  /** tRPC's class, such as `UNAUTHORIZED`. */
  readonly code: string;
  /** Flotilla's own code, such as `token.refused`; undefined for others. */
  readonly flotilla: string | undefined;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The refusal that a call ends with. Throws when it succeeds, or fails in another way than by a refusal. */
export async function refusalOfCall(call: Promise<unknown>): Promise<Refusal> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    const data = error.data as {
      code?: string;
      flotilla?: { code: string; details: Record<string, unknown> };
    } | null;
    if (data?.code === undefined) throw error;
    const { code, flotilla } = data;
    return { code, flotilla: flotilla?.code, message: error.message, details: flotilla?.details ?? {} };
  }
  throw new Error(`the service answered instead of refusing: ${JSON.stringify(answer)}`);
}
