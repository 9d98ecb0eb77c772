import type { z } from 'zod';
import type { WorkOutcome } from './workOutcome.ts';

/** The right to do a row of work. The token is another one for whoever takes it later. */
export interface WorkLease {
  readonly id: number;
  readonly token: number;
}

/** A row of work in the hands of this replica. */
export interface HeldWork<Payload> {
  readonly lease: WorkLease;
  readonly key: string;
  readonly payload: Payload;
}

/** How long rows of a kind are held, and how long they rest after a try that got nowhere. */
export interface WorkLimits {
  /** How long a row belongs to a replica that gives no sign of life. It is renewed three times in that time. */
  readonly leaseMs: number;
  /** The rest after the first such try, the second and so on; the last one stands for all further ones. */
  readonly backOffMs: readonly number[];
}

/** A kind of background work: what is done with a row of it, and how often at the same time. */
export interface WorkKind<Payload> extends WorkLimits {
  readonly name: string;
  /** What {@link askForWork} was given; rows of another program version are refused by it. */
  readonly payload: z.ZodType<Payload>;
  /** So many rows are done at the same time in one replica. */
  readonly atOnce: number;
  /** What is done, in words for people. */
  title(payload: Payload): string;
  /**
   * Does it. It may be done again, by anybody, when this replica dies: what it changes is changed by statements that are
   * fenced by the lease (see {@link fenced}) or can be repeated. Rejects when the signal aborts, because the
   * service stops or another replica has the row; whatever else it throws is a bug, or a refusal that is told to people.
   */
  run(work: HeldWork<Payload>, signal: AbortSignal): Promise<WorkOutcome>;
}

/** A kind among others: the payload is whatever its row has. */
export interface AnyWorkKind extends WorkLimits {
  readonly name: string;
  readonly atOnce: number;
  title(payload: unknown): string;
  run(work: HeldWork<unknown>, signal: AbortSignal): Promise<WorkOutcome>;
}

/** Wraps a kind so that it parses the payloads of its rows. */
export function workKind<Payload>(kind: WorkKind<Payload>): AnyWorkKind {
  const { name, atOnce, leaseMs, backOffMs, payload: schema } = kind;
  return {
    name,
    atOnce,
    leaseMs,
    backOffMs,
    title: (payload) => kind.title(schema.parse(payload)),
    run: async (work, signal) => kind.run({ ...work, payload: schema.parse(work.payload) }, signal),
  };
}

/** Back-off of work that fails for a cause that may pass within a moment, or stay until a person does something. */
export const standardBackOffMs: readonly number[] = [1000, 5000, 30_000, 120_000, 600_000, 3_600_000];
