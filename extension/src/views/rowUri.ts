import { Uri } from 'vscode';
import { rowScheme } from '../contributions/schemes.ts';

/**
 * Names the row of a changed file. It is not the URI of a document: VS Code would put the lock of the read-only document
 * in the place of our letter.
 */
export function rowUri(jobId: number, path: string): Uri {
  return Uri.from({ scheme: rowScheme, path: `/${path}`, query: String(jobId) });
}

/** The row that a URI names; undefined when it is none of ours. */
export function fromRowUri(uri: Uri): { readonly jobId: number; readonly path: string } | undefined {
  return uri.scheme === rowScheme ? { jobId: Number(uri.query), path: uri.path.slice(1) } : undefined;
}
