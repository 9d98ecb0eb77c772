import { makeKeyFile, readKeyFile } from './keyFile.ts';
import { parseSecretKeys, type SecretKeys } from './secretKeys.ts';
import type { SecretValue } from './secretValue.ts';

/** Where the keys of secrets are. */
export type KeySource =
  /** In FLOTILLA_SECRET_KEY. */
  | { readonly kind: 'given'; readonly keys: SecretValue }
  /** In the file that FLOTILLA_SECRET_KEY_FILE names. */
  | { readonly kind: 'file'; readonly path: string }
  /** In a file of our own, made when it is first needed. */
  | { readonly kind: 'made'; readonly path: string };

/** The keys; undefined where there is no such file. Throws a SecretError. */
export async function readSecretKeys(source: KeySource): Promise<SecretKeys | undefined> {
  if (source.kind === 'given') return parseSecretKeys(source.keys.reveal(), 'FLOTILLA_SECRET_KEY');
  const text = await readKeyFile(source.path);
  return text === undefined ? undefined : parseSecretKeys(text, `the key file ${source.path}`);
}

/** The same, from a file of our own that is made where there is none. */
export async function makeSecretKeys(source: KeySource & { readonly kind: 'made' }): Promise<SecretKeys> {
  await makeKeyFile(source.path);
  const keys = await readSecretKeys(source);
  if (keys === undefined) throw new Error(`${source.path} vanished while it was made`);
  return keys;
}

/** Where that is, for people. */
export function placeOf(source: KeySource): string {
  return source.kind === 'given' ? 'FLOTILLA_SECRET_KEY' : source.path;
}
