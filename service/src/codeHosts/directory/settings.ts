import { z } from 'zod';

/** What a row says of a folder besides where it is. */
export const settings = z.strictObject({
  /** Whether branches of its repositories may be written. */
  writable: z.boolean().default(false),
});
