import { availableParallelism } from 'node:os';
import { standardMemoryBytes } from '@flotilla/launcher/commandLine';
import { Lane, type LaneWidth } from './lane.ts';

const mebibyte = 1024 * 1024;
const seconds = 1000;
const minutes = 60 * seconds;

/** git is bound by processor and disk: more of them at once only wait for each other. */
const cores = Math.max(2, availableParallelism());
/** Of one owner: half of them, so that two can always work. */
const share = Math.floor(cores / 2);

/** What a git may take whose caller says nothing else; docs/spec/limits.md has them for people. */
export interface LaneLimits extends LaneWidth {
  readonly timeLimitMs: number;
  /** What a git and each program that it starts may allocate. */
  readonly memoryBytes: number;
}

/**
 * What git is for. Each purpose has slots of its own, so that no user holds up Jobs, and no repository those who read:
 *
 * - `job`: acceptance of Patches, and housekeeping. What Jobs need must work for the largest repositories.
 * - `base`: packs for runners. They take as long as a runner takes to read, which is mostly waiting.
 * - `resolution`: scopes of Executions; `search`: those of previews. Both may read all of a repository.
 * - `reader`: what a person looks at: contents, diffs.
 * - `scan`: reads the branches of a repository of a code host, which is a stranger's; `fetch`: fetches them from this machine,
 *   and makes the mirror and the pin of any fetch.
 * - `upkeep`: packs mirrors anew, one at a time.
 * - `remote`: fetches over a network, which is mostly waiting, perhaps for nothing; a host is an owner, so that it holds up
 *   itself alone. Their number is that of the hosts that people have connected.
 */
export const limitsOfLanes = {
  job: { slots: cores, perOwner: cores, timeLimitMs: 10 * minutes, memoryBytes: standardMemoryBytes },
  base: { slots: 8 * cores, perOwner: 2, timeLimitMs: 30 * minutes, memoryBytes: standardMemoryBytes },
  resolution: { slots: cores, perOwner: share, timeLimitMs: 30 * seconds, memoryBytes: 160 * mebibyte },
  search: { slots: cores, perOwner: share, timeLimitMs: 30 * seconds, memoryBytes: 160 * mebibyte },
  reader: { slots: cores, perOwner: share, timeLimitMs: 30 * seconds, memoryBytes: 160 * mebibyte },
  scan: { slots: cores, perOwner: cores, timeLimitMs: 10 * seconds, memoryBytes: 160 * mebibyte },
  fetch: { slots: cores, perOwner: cores, timeLimitMs: 5 * minutes, memoryBytes: 512 * mebibyte },
  upkeep: { slots: 1, perOwner: 1, timeLimitMs: 10 * minutes, memoryBytes: standardMemoryBytes },
  remote: { slots: Infinity, perOwner: 4, timeLimitMs: 5 * minutes, memoryBytes: 512 * mebibyte },
} as const satisfies Record<string, LaneLimits>;

export type LaneName = keyof typeof limitsOfLanes;

/** The lanes of this process. */
export const lanes = Object.fromEntries(
  Object.entries(limitsOfLanes).map(([name, limits]) => [name, new Lane(limits)]),
) as Readonly<Record<LaneName, Lane>>;
