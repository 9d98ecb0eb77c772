import { schemes } from '../contributions/schemes.ts';
import { uriPath } from '../platform/uriPath.ts';

/** One side of a changed file: what a document of the scheme `flotilla-patch` shows. */
export interface PatchSide {
  /** The service that has it. Its token goes nowhere else, and its ids mean nothing elsewhere. */
  readonly origin: string;
  readonly jobId: number;
  readonly repositoryId: number;
  /** What its Job is called: what the document's tab says. */
  readonly name: string;
  readonly side: 'base' | 'result';
  /** Id of the tree that the file is read from. */
  readonly tree: string;
  readonly path: string;
}

/** The parts of a URI, as `Uri.from` takes them and every Uri has them. */
export interface UriParts {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
}

/**
 * The URI of a side. Both sides of a file have the same path and differ in the query, else VS Code would show every
 * change as a rename. The keys of the query are in one order: equal sides have equal URIs.
 */
export function toPatchUri(side: PatchSide): UriParts {
  const query = new URLSearchParams([
    ['job', String(side.jobId)],
    ['name', side.name],
    ['origin', side.origin],
    ['path', side.path],
    ['repository', String(side.repositoryId)],
    ['side', side.side],
    ['tree', side.tree],
  ]);
  return { scheme: schemes.patch, path: uriPath(side.name, side.path), query: query.toString() };
}

/** Reads such a URI; undefined when it is none of ours. */
export function fromPatchUri(uri: UriParts): PatchSide | undefined {
  if (uri.scheme !== schemes.patch) return undefined;
  const query = new URLSearchParams(uri.query);
  const side = query.get('side');
  const tree = query.get('tree') ?? '';
  const path = query.get('path') ?? '';
  const name = query.get('name') ?? '';
  if ((side !== 'base' && side !== 'result') || tree === '') return undefined;
  // VS Code writes the letter of what looks like a drive small.
  if (uri.path.toLowerCase() !== uriPath(name, path).toLowerCase()) return undefined;
  return {
    origin: query.get('origin') ?? '',
    jobId: Number(query.get('job')),
    repositoryId: Number(query.get('repository')),
    name,
    side,
    tree,
    path,
  };
}
