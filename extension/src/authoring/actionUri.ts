import { schemes } from '../contributions/schemes.ts';
import { uriPath } from '../platform/uriPath.ts';

/** A version of an Action as a document: `flotilla-action:/bump-node v3.action.json?action=1&version=3`. */
export interface KeptVersion {
  readonly actionId: number;
  readonly name: string;
  readonly version: number;
}

export function toActionUri({ actionId, name, version }: KeptVersion): {
  scheme: string;
  path: string;
  query: string;
} {
  const query = new URLSearchParams([
    ['action', String(actionId)],
    ['name', name],
    ['version', String(version)],
  ]);
  return {
    scheme: schemes.action,
    path: uriPath(`${name} v${version}.action.json`),
    query: query.toString(),
  };
}

/** Undefined when the URI is of another scheme or not whole. */
export function fromActionUri(uri: { scheme: string; query: string }): KeptVersion | undefined {
  if (uri.scheme !== schemes.action) return undefined;
  const query = new URLSearchParams(uri.query);
  const [actionId, version] = [Number(query.get('action')), Number(query.get('version'))];
  const name = query.get('name');
  return name === null || !(actionId > 0) || !(version > 0) ? undefined : { actionId, name, version };
}
