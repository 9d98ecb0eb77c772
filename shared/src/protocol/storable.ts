import { z } from 'zod';
import { isStorable } from '../storableText.ts';

/** Text that a person or an editor chose, and that is kept to the letter. */
export const storable = (most: number) =>
  z
    .string()
    .max(most)
    .refine(isStorable, 'A text with a NUL character or half of a surrogate pair cannot be stored.');

/**
 * Several of them. What is wrong is said once: zod has a sentence for each, and a message of 4 MiB can have 100,000 wrong
 * ones.
 */
export const storables = (mostTexts: number, most: number) =>
  z.custom<string[]>(
    (value) =>
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= mostTexts &&
      value.every((text) => typeof text === 'string' && text.length <= most && isStorable(text)),
    `One to ${mostTexts} texts are taken, of at most ${most} characters, none with a NUL character or half of a surrogate pair.`,
  );
