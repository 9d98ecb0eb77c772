import type { HostAbilities } from '../codeHost.ts';

export const abilities: HostAbilities = { stableIds: false };
