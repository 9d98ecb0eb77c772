import type { Kind, Part } from './suites.ts';

/** How many parts of a kind run at once; those that are alone run when all others have ended. */
export type Lanes = Readonly<Record<Exclude<Kind, 'alone'>, number>>;

/**
 * Runs parts, each as soon as a lane of its kind is free, in their order; those that are alone one after another at the
 * end. `run` does not throw: how a part failed is its own affair.
 */
export async function schedule<P extends Pick<Part, 'kind'>>(
  parts: readonly P[],
  lanes: Lanes,
  run: (part: P) => Promise<void>,
): Promise<void> {
  const of = (kind: Kind) => parts.filter((part) => part.kind === kind);
  await Promise.all([
    inLanes(of('computing'), lanes.computing, run),
    inLanes(of('waiting'), lanes.waiting, run),
  ]);
  await inLanes(of('alone'), 1, run);
}

async function inLanes<P>(
  parts: readonly P[],
  count: number,
  run: (part: P) => Promise<void>,
): Promise<void> {
  const left = [...parts];
  const lane = async () => {
    for (let part = left.shift(); part !== undefined; part = left.shift()) await run(part);
  };
  await Promise.all(Array.from({ length: count }, lane));
}
