import { z } from 'zod';

/** The id of a row, as a request writes it: digits alone, as large as a number can be exactly. */
export const idText = z
  .string()
  .regex(/^[1-9]\d{0,15}$/)
  .transform(Number)
  .refine(Number.isSafeInteger);

/** The id of an Attempt in a path. */
export const attemptInPath = z.object({ id: idText });
