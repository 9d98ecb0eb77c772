import type { HostAbilities } from '../codeHost.ts';

/** Branches are all that git itself knows of; one is merged when its base has what it has. */
export const abilities: HostAbilities = {
  stableIds: false,
  push: true,
  describes: false,
  pullRequests: null,
};
