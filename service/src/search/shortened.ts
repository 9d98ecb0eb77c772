import { toStorable } from '@flotilla/shared/storableText';

/** So much of what a person wrote is repeated to him: it is said once for each repository. */
const shownLength = 80;

/** The beginning of a text, for a sentence that quotes it and is kept. */
export function shortened(text: string): string {
  return toStorable(text.length > shownLength ? `${text.slice(0, shownLength)}…` : text);
}
