import { z } from 'zod';
import { standardBackOffMs, workKind, type AnyWorkKind } from '../../work/workKind.ts';
import { endStands } from './queries/endStands.ts';
import { settlementName } from './settlementName.ts';
import type { SettlementContext, SettlementStep } from './settlementStep.ts';

/** Does the steps of an end, one after the other, as long as the end stands. */
export function settlementKind(
  context: SettlementContext,
  steps: readonly SettlementStep[],
  leaseMs: number,
): AnyWorkKind {
  return workKind({
    name: settlementName,
    payload: z.object({ executionId: z.number().int(), end: z.number().int() }),
    atOnce: 4,
    leaseMs,
    backOffMs: standardBackOffMs,
    title: ({ executionId }) => `Settle the end of execution ${executionId}`,
    async run({ lease, payload }, signal) {
      for (const step of steps) {
        signal.throwIfAborted();
        if (!(await endStands(context.sql, payload))) break;
        const outcome = await step.run(context, { ...payload, lease }, signal);
        if (outcome.kind !== 'done') return outcome;
      }
      return { kind: 'done' };
    },
  });
}
