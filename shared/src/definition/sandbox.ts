import { z } from 'zod';
import type { Immutable } from '../immutable.ts';

/** What one container may use at most; null leaves it to the Runner, whose own limits are never passed. */
export const resources = z.object({
  memoryBytes: z.number().nullable(),
  /** Processors; fractions are allowed. */
  cpus: z.number().nullable(),
  processes: z.number().nullable(),
  /** Of the work tree and all that the containers write, together. */
  diskBytes: z.number().nullable(),
});
export type Resources = Immutable<z.infer<typeof resources>>;

/**
 * How much a container may do. `default`: as root, as batch specs expect it, less a few capabilities; `strict`: no
 * capabilities, not root, read-only but for the work tree and temporary files (design §9).
 */
export const sandboxProfile = z.enum(['default', 'strict']);
export type SandboxProfile = z.infer<typeof sandboxProfile>;
