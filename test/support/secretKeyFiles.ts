import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { KeySource } from '../../service/src/secrets/keySource.ts';

/** A new key, as it is written. */
export function newKey(): string {
  return randomBytes(32).toString('base64');
}

/** Puts a new key before those of a file; returns it. */
export async function addFirstKey(source: KeySource): Promise<string> {
  const key = newKey();
  await writeFile(pathOf(source), `${key}\n${await readFile(pathOf(source), 'utf8')}`);
  return key;
}

/** The file of keys of a service that has one. */
export function pathOf(source: KeySource): string {
  if (source.kind === 'given') throw new Error('this service has no file of keys');
  return source.path;
}
