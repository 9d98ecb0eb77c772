import type { IncomingMessage } from 'node:http';
import type { Origins } from './origins.ts';

/** A request to become a WebSocket: what it asks for, or why it is refused. */
export type Handshake =
  | { readonly ok: true; readonly path: string; readonly bringsParameters: boolean }
  | { readonly ok: false; readonly status: 400 | 403 | 404; readonly reason: string };

/**
 * Reads one, before anybody else does. tRPC makes a URL of path and `Host` once more, in a place where a failure is an
 * exception of the process: what passes here has to pass there.
 */
export function readHandshake(
  request: IncomingMessage,
  paths: ReadonlySet<string>,
  origins: Origins,
): Handshake {
  const { host, origin } = request.headers;
  const target = request.url ?? '';
  if (host === undefined || host === '' || !target.startsWith('/')) return invalid;
  const path = target.split('?')[0] ?? '';
  if (!paths.has(path)) return { ok: false, status: 404, reason: 'There is no such endpoint.' };
  const base = `http://${host}`;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(target, base)) return invalid;
  if (!origins.admit(origin)) {
    return {
      ok: false,
      status: 403,
      reason:
        'Pages of this origin may not connect; FLOTILLA_ALLOWED_ORIGINS of the service names those that may.',
    };
  }
  const bringsParameters = new URL(target, base).searchParams.get('connectionParams') === '1';
  return { ok: true, path, bringsParameters };
}

const invalid: Handshake = {
  ok: false,
  status: 400,
  reason: 'This is no request that the service understands.',
};
