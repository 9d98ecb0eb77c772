/**
 * Log and patch bytes from a runner: `POST /attempts/<id>/<stream>?offset=<n>`, body `application/octet-stream`
 * of at most {@link maxAppendBytes}, header `authorization: Bearer <lease token>`.
 *
 * Answers: 200 `{end}` stored, or stored before (the same bytes at the same place are the same call);
 * 409 `{end}` the stream ends elsewhere: send from there; 410 fenced: the Attempt is no longer the caller's;
 * 413 the stream's limit is passed; 503 try again.
 */
export const streams = { log: 0, patch: 1 } as const;
export type StreamName = keyof typeof streams;

/** The largest body of one append. */
export const maxAppendBytes = 64 * 1024;

/** The most bytes a Patch may have. */
export const maxPatchBytes = 50 * 1024 * 1024;

/** The most bytes that a file may have which a Patch adds or changes; the large code hosts take no larger one. */
export const maxPatchFileBytes = 100 * 1024 * 1024;

/** The most bytes that the files which a Patch adds or changes may have together, as they are without it. */
export const maxPatchFilesBytes = 500 * 1024 * 1024;

/** The most files that a Patch may add, change or remove: their list is one answer to an editor. */
export const maxPatchFiles = 20_000;

/** The body of a 200 or a 409. */
export interface AppendAnswer {
  /** Length of the stream as stored, in bytes. */
  readonly end: number;
}
