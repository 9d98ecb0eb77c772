import { Uri } from 'vscode';
import { rowScheme } from '../../contributions/schemes.ts';
import { uriPath } from '../../platform/uriPath.ts';

/**
 * Names the row of a changed file. It is not the URI of a document: VS Code would put the lock of the read-only document
 * in the place of our letter.
 */
export function rowUri(jobId: number, path: string): Uri {
  const query = new URLSearchParams({ job: String(jobId), path });
  return Uri.from({ scheme: rowScheme, path: uriPath(path), query: query.toString() });
}

/** The row that a URI names; undefined when it is none of ours. */
export function fromRowUri(uri: Uri): { readonly jobId: number; readonly path: string } | undefined {
  if (uri.scheme !== rowScheme) return undefined;
  const query = new URLSearchParams(uri.query);
  return { jobId: Number(query.get('job')), path: query.get('path') ?? '' };
}
