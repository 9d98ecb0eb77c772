import type { Logger } from 'pino';
import type { Sql } from '../../db/database.ts';
import type { Hints } from '../../db/hints.ts';
import type { WorkLease } from '../../work/workKind.ts';
import type { WorkOutcome } from '../../work/workOutcome.ts';

/** One end of an Execution. A rerun takes it back; the end that follows has the next number. */
export interface EndOfExecution {
  readonly executionId: number;
  /** From 1. */
  readonly end: number;
}

export interface SettlementContext {
  readonly sql: Sql;
  readonly hints: Pick<Hints, 'publish'>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Something that is done at each end of an Execution. */
export interface SettlementStep {
  readonly name: string;
  /**
   * Does it. A replica may die at any point, and the steps before may wait or fail, so it may be done again for the same
   * end: then it changes nothing more. Steps after it wait until it is done.
   *
   * A statement of a step that is fenced by the lease changes no row of `executions`: it has locked the row of `work`, and
   * whoever ends an Execution locks the two the other way round (see endExecutions).
   */
  run(
    context: SettlementContext,
    end: EndOfExecution & { readonly lease: WorkLease },
    signal: AbortSignal,
  ): Promise<WorkOutcome>;
}
