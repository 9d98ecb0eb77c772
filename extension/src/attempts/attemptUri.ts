import { schemes } from '../contributions/schemes.ts';
import { uriPath } from '../platform/uriPath.ts';

/** What a document of the scheme `flotilla-attempt` shows of an Attempt. */
export interface AttemptDocument {
  /** The service that has it: its ids mean nothing elsewhere. */
  readonly origin: string;
  readonly kind: 'timeline' | 'log';
  readonly jobId: number;
  /** What its Job is called: what the document's tab says. */
  readonly name: string;
  readonly attemptId: number;
  /** Number of the Attempt among those of its Job. */
  readonly number: number;
}

interface UriParts {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
}

/** Logs of two Attempts have the same path, else a comparison would look like a rename. */
export function toAttemptUri(document: AttemptDocument): UriParts {
  const { origin, kind, jobId, name, attemptId, number } = document;
  const query = new URLSearchParams([
    ['attempt', String(attemptId)],
    ['job', String(jobId)],
    ['kind', kind],
    ['name', name],
    ['number', String(number)],
    ['origin', origin],
  ]);
  const path = uriPath(kind === 'log' ? `${name}.log` : `${name} attempt ${number}.flotilla-timeline`);
  return { scheme: schemes.attempt, path, query: query.toString() };
}

/** Reads such a URI; undefined when it is none of ours. */
export function fromAttemptUri(uri: UriParts): AttemptDocument | undefined {
  const query = new URLSearchParams(uri.query);
  const kind = query.get('kind');
  if (uri.scheme !== schemes.attempt || (kind !== 'timeline' && kind !== 'log')) return undefined;
  return {
    origin: query.get('origin') ?? '',
    kind,
    jobId: Number(query.get('job')),
    name: query.get('name') ?? '',
    attemptId: Number(query.get('attempt')),
    number: Number(query.get('number')),
  };
}
