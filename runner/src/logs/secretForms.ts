import { jsonForms, urlForms } from './escapedForms.ts';

/** A shorter secret is not hidden: it would be found everywhere, and hiding it would tell more than it keeps. */
export const shortestSecretBytes = 4;

/**
 * Characters of base64 that still hold bits of what stands before a secret, when it begins at byte 0, 1 or 2 of a
 * group of three.
 */
const foreignCharacters = [0, 2, 3] as const;

/**
 * Everything that a secret may look like in a log: itself, escaped for a URL or for JSON, and what of it can be told in
 * base64, wherever it begins in what was encoded, in the standard and in the URL alphabet. Empty for a secret of less
 * than 4 bytes.
 */
export function formsOf(secret: Buffer): Buffer[] {
  if (secret.length < shortestSecretBytes) return [];
  const texts = new Set<string>([...urlForms(secret), ...jsonForms(secret.toString())]);
  for (const [before, foreign] of foreignCharacters.entries()) {
    const encoded = Buffer.concat([Buffer.alloc(before), secret])
      .toString('base64')
      .replace(/=+$/, '');
    const whole = Math.floor(((before + secret.length) * 8) / 6);
    // Followed by something else, and at the end of what was encoded, where the last character has it all.
    for (const form of [encoded.slice(foreign, whole), encoded.slice(foreign)]) {
      texts.add(form).add(form.replaceAll('+', '-').replaceAll('/', '_'));
    }
  }
  // Most secrets need no escape, and are themselves in most of these forms.
  texts.delete(secret.toString());
  return [secret, ...[...texts].map((text) => Buffer.from(text))];
}
