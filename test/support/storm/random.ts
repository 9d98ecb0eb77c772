import { createHash, randomBytes } from 'node:crypto';

/** Numbers that follow from a seed, so that the same seed makes the same choices in the same order. */
export interface Random {
  readonly seed: string;
  /** From 0 up to, and not, 1. */
  next(): number;
  /** From `min` up to, and not, `max`. */
  between(min: number, max: number): number;
  one<T>(choices: readonly T[]): T;
}

/** The seed that the environment gives (`FLOTILLA_FAULTS_SEED`), or a new one. */
export function chosenSeed(): string {
  return process.env['FLOTILLA_FAULTS_SEED'] ?? randomBytes(4).toString('hex');
}

/** The numbers of a seed: SHA-256 of the seed and a count. */
export function randomOf(seed: string): Random {
  let count = 0;
  const next = () => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().readUInt32BE() / 2 ** 32;
  };
  return {
    seed,
    next,
    between: (min, max) => min + next() * (max - min),
    one: <T>(choices: readonly T[]) => {
      const choice = choices[Math.floor(next() * choices.length)];
      if (choice === undefined) throw new Error('there is nothing to choose from');
      return choice;
    },
  };
}
