import { expect } from 'vitest';
import type { Program } from '../../../scripts/launch/program.ts';
import { forgetPeak, residentBytes } from '../../support/residentBytes.ts';
import type { AttackedService } from './attackedService.ts';
import { watchPrograms } from './programsOf.ts';

/** Which of our programs an attack is aimed at, e.g. a runner, and who must not notice. */
export interface AttackedProgram extends Pick<AttackedService, 'bystander'> {
  readonly program: Pick<Program, 'pid' | 'hasExited' | 'output'>;
}

const mebibyte = 1024 * 1024;

/** What one input may cost at most; docs/spec/limits.md says where it is more. */
export interface Bounds {
  /** How long another user's call may take, in milliseconds: a busy event loop or database holds it up. */
  readonly otherCallMs: number;
  /** By how much the attacked program may grow, in bytes. */
  readonly memoryBytes: number;
  /** How many programs such as git it may run at once. */
  readonly programs: number;
  /** How much memory these may have together, in bytes. */
  readonly programBytes: number;
}

/** The bounds of an input for which docs/spec/limits.md names no other. */
export const standardBounds: Bounds = {
  otherCallMs: 1000,
  memoryBytes: 200 * mebibyte,
  programs: 1,
  programBytes: 200 * mebibyte,
};

/**
 * Attacks, and asserts that the attack cost no more than its bounds, that every call of another user was answered
 * meanwhile, and that the service, or the program that is named, is still the same process. Returns what the attack
 * returns. Bounds that are not given are {@link standardBounds}.
 */
export async function withinBounds<T>(
  attacked: AttackedService | AttackedProgram,
  attack: () => Promise<T>,
  bounds: Partial<Bounds> = {},
): Promise<T> {
  const program = 'program' in attacked ? attacked.program : attacked.service;
  const { pid } = program;
  const allowed = { ...standardBounds, ...bounds };
  await attacked.bystander.report();
  await forgetPeak(pid);
  const before = await residentBytes(pid, 'now');
  const programs = watchPrograms(pid);
  let result: T;
  let seen: Awaited<ReturnType<typeof programs.seen>>;
  try {
    result = await attack();
  } finally {
    seen = await programs.seen();
  }
  expect(program.hasExited(), `the program has ended:\n${program.output()}`).toBe(false);
  const calls = await attacked.bystander.report();
  const grownBytes = (await residentBytes(pid, 'peak')) - before;
  expect(calls.refusals, 'what other users were refused with').toEqual([]);
  expect(calls.longestMs, 'the longest call of another user, in ms').toBeLessThanOrEqual(allowed.otherCallMs);
  expect(grownBytes / mebibyte, 'by how much the program grew, in MiB').toBeLessThanOrEqual(
    allowed.memoryBytes / mebibyte,
  );
  expect(seen.mostAtOnce, 'programs at once').toBeLessThanOrEqual(allowed.programs);
  expect(seen.mostBytes / mebibyte, 'memory of programs, in MiB').toBeLessThanOrEqual(
    allowed.programBytes / mebibyte,
  );
  return result;
}
