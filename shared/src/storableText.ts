/** What Postgres takes neither as text nor in JSON: NUL, and halves of surrogate pairs. */
const nul = '\0';

/** Whether a text can be stored to the letter. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes(nul);
}

/** The text with U+FFFD in the place of what cannot be stored: for what programs wrote, which must never stop a message. */
export function toStorable(text: string): string {
  return text.toWellFormed().replaceAll(nul, '\ufffd');
}
