import { distinctNames } from '../text/distinctNames.ts';
import { oneLine } from '../text/oneLine.ts';
import { branchOf } from './branchOf.ts';
import { compareTargets } from './compareTargets.ts';
import { targetKey, type PerhapsTarget } from './targetKey.ts';

/**
 * How often hosts are put in front of names because they are the same otherwise: for repositories of one name, and for one
 * that is called as another with its host. What is still the same then gets a number.
 */
const hostRounds = 2;

/**
 * What people call each of some Targets that are shown together: `acme/web`, and no more than tells it from the others.
 * - `github.com/acme/web`, with its host, where another repository has its name;
 * - `acme/web@release/2`, with its branch, where Targets of its repository are of several;
 * - `acme/web:packages/api`, with its directory, where they are in several; the one in all of it has none to say;
 * - `acme/web (2)` where even that looks like another: by the order of ids.
 *
 * A repository of which no Target is known has a name too. What came from outside is not neutralised here. The names are
 * for those who look: two Executions may name one Target otherwise.
 */
export function targetNames(shown: readonly PerhapsTarget[]): (target: PerhapsTarget) => string {
  const withHost = sameNamed(shown);
  const withBranch = inSeveral(shown, ({ baseRef }) => baseRef);
  const withDirectory = inSeveral(shown, ({ directory }) => directory);
  const usual = (target: PerhapsTarget): string => {
    const { repositoryId, baseRef = '', directory = '' } = target;
    const branch = withBranch.has(repositoryId) ? `@${branchOf(baseRef)}` : '';
    const folder = withDirectory.has(repositoryId) && directory !== '' ? `:${directory}` : '';
    return `${repositoryName(target, withHost)}${branch}${folder}`;
  };
  const numbered = numberedNames(shown, usual);
  return numbered.size === 0 ? usual : (target) => numbered.get(targetKey(target)) ?? usual(target);
}

/** The repositories that have the name of another one: they need their host in front. */
function sameNamed(shown: readonly PerhapsTarget[]): ReadonlySet<number> {
  let withHost = new Set<number>();
  for (let round = 0; round < hostRounds; round++) {
    const found = new Set(withHost);
    const owners = new Map<string, number>();
    for (const target of shown) {
      const { repositoryId } = target;
      const look = lookOf(repositoryName(target, withHost));
      const owner = owners.get(look) ?? repositoryId;
      owners.set(look, owner);
      if (owner !== repositoryId) found.add(owner).add(repositoryId);
    }
    withHost = found;
  }
  return withHost;
}

function repositoryName(
  { codeHost, repositoryId, repository }: PerhapsTarget,
  withHost: ReadonlySet<number>,
): string {
  return withHost.has(repositoryId) ? `${codeHost}/${repository}` : repository;
}

/** The repositories whose Targets differ in something. */
function inSeveral(
  shown: readonly PerhapsTarget[],
  something: (target: PerhapsTarget) => string | undefined,
): ReadonlySet<number> {
  const first = new Map<number, string>();
  const several = new Set<number>();
  for (const target of shown) {
    const { repositoryId } = target;
    const value = something(target);
    if (value === undefined) continue;
    if ((first.get(repositoryId) ?? value) !== value) several.add(repositoryId);
    first.set(repositoryId, value);
  }
  return several;
}

/** The names of those that would look like others, by their keys. */
function numberedNames(
  shown: readonly PerhapsTarget[],
  usual: (target: PerhapsTarget) => string,
): ReadonlyMap<string, string> {
  const targets = [...new Map(shown.map((target) => [targetKey(target), target])).values()];
  if (new Set(targets.map((target) => lookOf(usual(target)))).size === targets.length) return new Map();
  targets.sort(compareTargets);
  const names = distinctNames(targets.map(usual), {
    keyOf: lookOf,
    numbered: (name, number) => `${name} (${number})`,
  });
  return new Map(targets.map((target, index) => [targetKey(target), names[index] ?? '']));
}

/** What is seen of a name: accents have one form, and what is unseen is the same for all. */
function lookOf(name: string): string {
  return oneLine(name).normalize('NFC');
}
