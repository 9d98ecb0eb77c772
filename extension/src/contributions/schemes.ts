/** Schemes of the documents that come from the service. All are read-only file systems. */
export const schemes = {
  /** One side of a changed file. */
  patch: 'flotilla-patch',
  /** A version of an Action. */
  action: 'flotilla-action',
  /** What a scope query matches. */
  scope: 'flotilla-scope',
} as const;

/** Language of an output channel that shows the log of an Attempt. */
export const logLanguage = 'flotilla-log';
