import { createHash } from 'node:crypto';
import { byCodeUnit, type InstalledPackage } from './installedPackages.ts';

/** Above this a repository counts as large; one in ten is. */
const largeFiles = 300;
/** Larger ones would make tests and benchmarks measure the disk. */
const most = { files: 1500, bytes: 4 * 1024 * 1024 };
/** Fewer would leave an Action nothing to change, rename and delete. */
const fewestFiles = 4;

/**
 * Chooses packages of a reasonable size, one in ten of them large, by a rank that spreads over the alphabet and is
 * the same on every machine. Throws when there are not so many.
 */
export function choosePackages(packages: readonly InstalledPackage[], count: number): InstalledPackage[] {
  const fitting = packages
    .filter(
      ({ files, bytes }) => files.length >= fewestFiles && files.length <= most.files && bytes <= most.bytes,
    )
    .sort((a, b) => byCodeUnit(rankOf(a), rankOf(b)));
  if (fitting.length < count) {
    throw new Error(
      `node_modules has ${fitting.length} packages that make a repository; ${count} are asked for.`,
    );
  }
  const large = fitting.filter(({ files }) => files.length > largeFiles).slice(0, Math.ceil(count / 10));
  const others = fitting.filter((each) => !large.includes(each)).slice(0, count - large.length);
  return [...large, ...others].sort((a, b) => byCodeUnit(a.name, b.name));
}

function rankOf({ name }: InstalledPackage): string {
  return createHash('sha256').update(name).digest('hex');
}
