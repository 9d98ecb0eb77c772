/** How names are told apart. */
export interface Distinction {
  /** What stands for all names that are the same to who reads them. */
  readonly keyOf: (name: string) => string;
  /** The name that has a number, from 2. */
  readonly numbered: (name: string, number: number) => string;
}

/**
 * Names of which no two are the same: who comes first keeps its own, and each later one that is taken gets the next number
 * that makes one which is not.
 */
export function distinctNames(names: readonly string[], { keyOf, numbered }: Distinction): string[] {
  const taken = new Set<string>();
  /** The next number of a name: a thousand equal ones are not counted through a thousand times. */
  const numbers = new Map<string, number>();
  return names.map((wanted) => {
    let name = wanted;
    let number = numbers.get(keyOf(wanted)) ?? 2;
    for (; taken.has(keyOf(name)); number++) name = numbered(wanted, number);
    numbers.set(keyOf(wanted), number);
    taken.add(keyOf(name));
    return name;
  });
}
