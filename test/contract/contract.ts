import type { ContractHost, ContractKind } from './contractHost.ts';

/** What the cases have: the kind when they are collected, the host when they run. */
export interface Contract extends Pick<ContractKind, 'can' | 'takesToken'> {
  readonly the: () => ContractHost;
}
