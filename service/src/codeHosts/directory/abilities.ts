import type { HostAbilities } from '../codeHost.ts';

/** A branch is all that there is in a folder; it is merged when its base has what it has. */
export const abilitiesOf = ({ writable }: { readonly writable: boolean }): HostAbilities => ({
  stableIds: false,
  push: writable,
  describes: false,
  pullRequests: null,
});
