import { z } from 'zod';
import { isStorable } from '../storableText.ts';

/** Text that a person or an editor chose, and that is kept to the letter. */
export const storable = (most: number) =>
  z
    .string()
    .max(most)
    .refine(isStorable, 'A text with a NUL character or half of a surrogate pair cannot be stored.');
