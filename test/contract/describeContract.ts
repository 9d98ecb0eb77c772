import { afterAll, beforeAll, describe } from 'vitest';
import { createCases } from './cases/create.ts';
import { lifeCases } from './cases/life.ts';
import { listCases } from './cases/list.ts';
import { pushCases } from './cases/push.ts';
import { syncCases } from './cases/sync.ts';
import type { Contract } from './contract.ts';
import type { ContractHost, ContractKind } from './contractHost.ts';

/**
 * What every code host promises (service/src/codeHosts/codeHost.ts), case by case. One is skipped only where the abilities of the host
 * say so; all of them where the host is not to be had here.
 */
export function describeContract(kind: ContractKind, isThere = true): void {
  describe.skipIf(!isThere)(`${kind.name}:`, () => {
    let opened: ContractHost | undefined;
    beforeAll(async () => {
      opened = await kind.open();
    });
    afterAll(() => opened?.[Symbol.asyncDispose]());
    const contract: Contract = {
      can: kind.can,
      takesToken: kind.takesToken,
      the() {
        if (opened === undefined) throw new Error(`${kind.name} could not be opened`);
        return opened;
      },
    };
    listCases(contract);
    pushCases(contract);
    createCases(contract);
    lifeCases(contract);
    syncCases(contract);
  });
}
