import { z } from 'zod';
import type { Immutable } from '../immutable.ts';
import { longestText } from './longestText.ts';

const text = z.string().max(longestText);

/** What one container may use at most; null leaves it to the Runner, whose own limits are never passed. */
const resources = z.object({
  memoryBytes: z.number().nullable(),
  /** Processors; fractions are allowed. */
  cpus: z.number().nullable(),
  processes: z.number().nullable(),
  /** Of the work tree and all that the containers write, together. */
  diskBytes: z.number().nullable(),
});

/**
 * How much a container may do. `default`: as root, as batch specs expect it, less a few capabilities; `strict`: no
 * capabilities, not root, read-only but for the work tree and temporary files (docs/spec/sandbox.md).
 */
const sandboxProfile = z.enum(['default', 'strict']);
export type SandboxProfile = z.infer<typeof sandboxProfile>;

/**
 * What an Action says to the Runner about each of its Jobs, beside the Steps: stored with it and sent with each Job. A key that
 * Definitions before it lack is optional.
 */
export const jobDefinition = z.object({
  env: z.record(text, text),
  network: z.enum(['default', 'none']),
  resources,
  profile: sandboxProfile,
});
export type JobDefinition = Immutable<z.infer<typeof jobDefinition>>;

const keys = Object.keys(jobDefinition.shape) as (keyof JobDefinition)[];

/** That part of a Definition. */
export function jobDefinitionOf(definition: JobDefinition): JobDefinition {
  return Object.fromEntries(keys.map((key) => [key, definition[key]])) as unknown as JobDefinition;
}
