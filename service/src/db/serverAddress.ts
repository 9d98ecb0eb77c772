import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';

/** How the connection to a database server is protected; `sslmode` of its URL. */
const sslModes = ['disable', 'no-verify', 'verify-ca', 'require', 'verify-full'] as const;
type SslMode = (typeof sslModes)[number];

/** What is wrong with the parameters of a URL: one sentence. */
export class ServerAddressError extends Error {}

/** Where a database server is, and how one speaks with it. */
export interface ServerAddress {
  /** The URL without what is said in `ssl`. */
  readonly url: string;
  /** False for a plain connection. */
  readonly ssl: false | (TlsOptions & { readonly checkServerIdentity?: () => undefined });
  /** What somebody between the two could do, for a warning; undefined when nothing. */
  readonly risk: string | undefined;
}

/**
 * Reads a `postgres://` URL. Its parameters are those of libpq, but stricter: whoever asks for TLS gets a certificate that
 * was verified, unless the mode says `no-verify`. The driver itself verifies nothing for `sslmode=require`, and takes
 * `sslrootcert` for a setting of the server. Throws a {@link ServerAddressError}.
 */
export function serverAddress(databaseUrl: string): ServerAddress {
  const [place = '', query = ''] = databaseUrl.split('?', 2);
  const parameters = new URLSearchParams(query);
  const take = (name: string) => {
    const value = parameters.get(name) ?? undefined;
    parameters.delete(name);
    return value;
  };
  const files = { ca: take('sslrootcert'), cert: take('sslcert'), key: take('sslkey') };
  const mode = modeOf(take('sslmode'), files.ca);
  const rest = parameters.toString();
  const url = rest === '' ? place : `${place}?${rest}`;
  if (mode === 'disable') return { url, ssl: false, risk: isNear(place) ? undefined : riskOf.disable };
  return {
    url,
    ssl: {
      ...(files.ca === undefined || files.ca === 'system' ? {} : { ca: readPem('sslrootcert', files.ca) }),
      ...(files.cert === undefined ? {} : { cert: readPem('sslcert', files.cert) }),
      ...(files.key === undefined ? {} : { key: readPem('sslkey', files.key) }),
      rejectUnauthorized: mode !== 'no-verify',
      ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    },
    risk: riskOf[mode],
  };
}

const riskOf: Readonly<Record<SslMode, string | undefined>> = {
  disable: 'is not encrypted: whoever is between can read and change everything',
  'no-verify': 'goes to a server whose certificate is not verified: whoever is between can be taken for it',
  'verify-ca': 'goes to any server that the authority knows: another one of them can be taken for it',
  require: undefined,
  'verify-full': undefined,
};

function modeOf(written: string | undefined, ca: string | undefined): SslMode {
  if (written === undefined) return ca === undefined ? 'disable' : 'verify-full';
  const mode = sslModes.find((one) => one === written);
  if (mode !== undefined) return mode;
  throw new ServerAddressError(
    `sslmode=${written} is not one of ${sslModes.join(', ')}. (There is no "prefer" or "allow": whoever is between could choose.)`,
  );
}

function readPem(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ServerAddressError(
      `${parameter}=${path} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}).`,
      { cause: error },
    );
  }
}

/** Whether all servers of a URL are on this machine: nobody is between. */
function isNear(place: string): boolean {
  const [, hosts = ''] = /^postgres(?:ql)?:\/\/(?:[^@/]*@)?([^/]*)/.exec(place) ?? [];
  return hosts
    .split(',')
    .every((host) => /^(?:|localhost|127(?:\.\d+){3}|\[::1\]|%2F.*)(?::\d+)?$/i.test(host));
}
