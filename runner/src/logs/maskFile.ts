import { readFileSync } from 'node:fs';
import { shortestSecretBytes } from './secretForms.ts';

/**
 * The values of a mask file, one on each line; empty lines do not count. Throws an Error of one sentence when the file
 * cannot be read, or a value is too short to be hidden. The sentence tells nothing of the value.
 */
export function readMaskFile(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`FLOTILLA_MASK_FILE: ${path} cannot be read`, { cause: error });
  }
  return text.split('\n').flatMap((line, index) => {
    const secret = line.trim();
    if (secret === '') return [];
    if (Buffer.byteLength(secret) >= shortestSecretBytes) return [secret];
    throw new Error(
      `FLOTILLA_MASK_FILE: line ${index + 1} of ${path} has less than ${shortestSecretBytes} bytes, which cannot be hidden`,
    );
  });
}
