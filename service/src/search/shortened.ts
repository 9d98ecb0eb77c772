/** So much of what a person wrote is repeated to him: it is said once for each repository. */
const shownLength = 80;

/** The beginning of a text, for a sentence that quotes it. */
export function shortened(text: string): string {
  return text.length > shownLength ? `${text.slice(0, shownLength).toWellFormed()}…` : text;
}
