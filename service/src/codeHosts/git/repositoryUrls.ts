import { unsoundName } from '../unsoundName.ts';

/** A server of plain git, by its address. */
export interface GitAddress {
  readonly protocol: 'http' | 'https' | 'ssh';
  readonly url: URL;
}

/** Parses the address of a server: an origin, over ssh with a user. Throws an Error whose message is the reason. */
export function parseAddress(location: string): GitAddress {
  const url = URL.parse(location);
  const protocol = url?.protocol.slice(0, -1);
  if (url === null || (protocol !== 'https' && protocol !== 'http' && protocol !== 'ssh'))
    throw new Error('its address is neither https nor ssh');
  if (url.password !== '' || (protocol !== 'ssh' && url.username !== ''))
    throw new Error('its address has a credential in it');
  // A program would take it for an option.
  if (url.hostname === '' || url.hostname.startsWith('-') || url.username.startsWith('-'))
    throw new Error('its address names no host, or one that begins with "-"');
  return { protocol, url };
}

/**
 * The addresses of repositories by their names, which are the paths below the server's address. Throws an Error whose message is
 * the reason, such as that one is somewhere else: the credential is not sent there.
 */
export function repositoryUrls(address: GitAddress, urls: readonly string[]): ReadonlyMap<string, string> {
  const byName = new Map<string, string>();
  for (const text of urls) {
    const url = URL.parse(text);
    if (url === null) throw new Error(`"${text.slice(0, 200)}" is no address of a repository`);
    const isBelow =
      url.protocol === address.url.protocol &&
      url.host === address.url.host &&
      url.username === address.url.username &&
      url.password === '';
    if (!isBelow) throw new Error(`"${url.host}${url.pathname}" is not at ${address.url.host}`);
    if (url.search !== '' || url.hash !== '')
      throw new Error(`"${url.pathname}" has a query or a fragment, which git does not take`);
    const name = nameOf(url);
    const unsound = unsoundName(name);
    if (unsound !== undefined) throw new Error(`"${url.pathname}": ${unsound}`);
    if (byName.has(name)) throw new Error(`the repository ${name} is named twice`);
    byName.set(name, url.href);
  }
  return byName;
}

function nameOf({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname)
      .replace(/^\//, '')
      .replace(/\/$/, '')
      .replace(/\.git$/, '');
  } catch {
    throw new Error(`"${pathname}" is not encoded as an address is`);
  }
}
