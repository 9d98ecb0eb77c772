import type { SettlementStep } from '../executions/settlement/settlementStep.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { makePlan } from './makePlan.ts';

/** Makes the Plan of an Execution at its end. */
export function planStep(mirrors: Mirrors): SettlementStep {
  return {
    name: 'plan',
    async run({ sql }, { executionId }, signal) {
      await makePlan({ sql, mirrors }, { executionId, amends: null }, signal);
      return { kind: 'done' };
    },
  };
}
