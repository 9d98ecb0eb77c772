import { isIP } from 'node:net';
import { lookup } from 'node:dns/promises';
import { FlotillaError } from '@flotilla/shared/errors';
import type { HostProtocol } from './codeHost.ts';

export interface AddressRules {
  /** Whether hosts on this machine are allowed, and plain http to them; for trials and tests. */
  readonly allowLocal: boolean;
  /** Of these kinds of addresses one is taken. */
  readonly protocols: readonly HostProtocol[];
}

/**
 * The address of a code host as it is kept: an origin with a path, without a slash at its end. Throws `codeHost.invalid` for
 * what is no such address, has a credential in it, is not encrypted, or leads to this machine or its neighbours where that is not
 * allowed.
 */
export async function hostAddress(text: string, { allowLocal, protocols }: AddressRules): Promise<string> {
  const url = parse(text, protocols);
  // Over ssh a user is a part of the address, and no secret.
  if (url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:'))
    throw invalid('The address must not have a user or a password in it: give the credential by itself.');
  if (url.search !== '' || url.hash !== '')
    throw invalid('The address ends with its path: leave out what is behind "?" or "#".');
  const isLocal = await leadsHere(url.hostname);
  if (isLocal && !allowLocal)
    throw invalid(
      `${url.hostname} is this machine, or one that only it can reach. Start the service with FLOTILLA_LOCAL_HOSTS=true to allow that.`,
    );
  if (url.protocol === 'http:' && !isLocal)
    throw invalid(
      `${url.protocol}//${url.host} is not encrypted, and everybody on the way could read the credential. Use https.`,
    );
  const user = url.username === '' ? '' : `${url.username}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

function parse(text: string, protocols: AddressRules['protocols']): URL {
  const url = URL.parse(text.trim());
  const isTaken = protocols.some((protocol) => protocol === url?.protocol);
  // A program would take what begins with a "-" for an option.
  if (url === null || !isTaken || /^(?:-|$)/.test(url.hostname) || url.username.startsWith('-'))
    throw invalid(`"${text.trim().slice(0, 200)}" is no address such as https://git.example.org.`);
  return url;
}

/** Whether a name or address is loopback, link-local or unspecified, by all that it stands for now. */
async function leadsHere(hostname: string): Promise<boolean> {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return isLocalAddress(bare);
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  try {
    return (await lookup(bare, { all: true })).some(({ address }) => isLocalAddress(address));
  } catch {
    // A name that stands for nothing is found out when it is tried.
    return false;
  }
}

/** Loopback, link-local (where clouds keep credentials of machines) and unspecified addresses. */
export function isLocalAddress(address: string): boolean {
  const [, mapped = address] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (isIP(mapped) === 4) return /^(?:127\.|0\.|169\.254\.)/.test(mapped);
  const lower = mapped.toLowerCase();
  return lower === '::1' || lower === '::' || /^fe[89ab]/.test(lower) || lower.startsWith('::ffff:');
}

function invalid(message: string): FlotillaError {
  return new FlotillaError('codeHost.invalid', message);
}
