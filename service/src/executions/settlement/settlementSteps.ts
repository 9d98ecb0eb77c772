import type { SettlementStep } from './settlementStep.ts';

/** What is done at each end of an Execution, in this order. */
export const settlementSteps: readonly SettlementStep[] = [];
