/** Where a service is. */
export interface ServerAddress {
  /** Without a slash at the end: `http://127.0.0.1:7420`, or with a path behind a proxy. */
  readonly baseUrl: string;
  /** Scheme, host and port: what a token belongs to. */
  readonly origin: string;
  /** Host and port, for people. */
  readonly host: string;
  readonly webSocketUrl: string;
  /** Whether what is sent can be read on the way: plain `http:` to another machine. */
  readonly isExposed: boolean;
}

export interface ConnectText {
  readonly address: ServerAddress;
  /** The pairing code of a connect URL. */
  readonly code: string | undefined;
}

const loopbackHost = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Reads the address of a service. Undefined when the text is none, or names a user: that would be a secret in a setting. */
export function parseServerAddress(text: string): ServerAddress | undefined {
  return parseConnectText(text)?.address;
}

/**
 * Reads what a person pastes to connect: a connect URL (`http://127.0.0.1:7420/connect?code=ABCD-EFGH-JKMN-PQRS`), an address,
 * or a host with a port, which is taken to be `http:` on this machine and `https:` elsewhere.
 */
export function parseConnectText(text: string): ConnectText | undefined {
  const url = parseUrl(text.trim());
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    return undefined;
  }
  const path = url.pathname.replace(/\/connect\/?$/, '/').replace(/\/+$/, '');
  const baseUrl = `${url.origin}${path}`;
  return {
    address: {
      baseUrl,
      origin: url.origin,
      host: url.host,
      webSocketUrl: `${baseUrl.replace(/^http/, 'ws')}/trpc`,
      isExposed: url.protocol === 'http:' && !loopbackHost.test(url.hostname),
    },
    code: url.searchParams.get('code')?.trim() || undefined,
  };
}

function parseUrl(text: string): URL | undefined {
  if (/^[a-z][a-z+.-]*:\/\//i.test(text)) return URL.canParse(text) ? new URL(text) : undefined;
  if (text === '' || !URL.canParse(`https://${text}`)) return undefined;
  const url = new URL(`https://${text}`);
  return loopbackHost.test(url.hostname) ? new URL(`http://${text}`) : url;
}
