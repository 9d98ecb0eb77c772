import type { SettlementStep } from '../executions/settlement/settlementStep.ts';
import { storeDrift } from './queries/driftOfCampaign.ts';

/** Tells Campaigns what an Execution found that looks for drift. */
export const driftStep: SettlementStep = {
  name: 'drift',
  async run({ sql, hints }, { executionId }) {
    if (await storeDrift(sql, executionId)) hints.publish('changes');
    return { kind: 'done' };
  },
};
