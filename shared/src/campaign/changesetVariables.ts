import { branchOf } from '../target/branchOf.ts';
import type { Target } from '../target/target.ts';
import type { Variables } from '../template/template.ts';

/** What the texts of a Campaign may say of a Target, by the names that batch specs give it. */
export function changesetVariables(
  campaign: { readonly name: string; readonly description: string },
  target: Pick<Target, 'repository' | 'baseRef'>,
): Variables {
  return new Map([
    ['repository.name', target.repository],
    ['repository.branch', branchOf(target.baseRef)],
    ['batch_change.name', campaign.name],
    ['batch_change.description', campaign.description],
  ]);
}
