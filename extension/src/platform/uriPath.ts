import { oneLine, shortened } from '@flotilla/shared/text/oneLine';

/** Characters of one name in a path. */
const maxName = 255;

/**
 * The path of a document's URI, made from names and paths from outside: what its tab is called. VS Code refuses paths
 * that begin with two slashes, and resolves those that lead upwards; nothing is read by this path, for it is not
 * always what the thing itself is called.
 */
export function uriPath(...names: readonly string[]): string {
  const parts = names.flatMap((name) => name.split('/')).filter((part) => part !== '' && part !== '.');
  const path = parts.map((part) => `/${part === '..' ? '_' : shortened(oneLine(part), maxName)}`).join('');
  return path === '' ? '/_' : path;
}
