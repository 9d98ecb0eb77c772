/** Schemes of the documents that come from the service. Each is a read-only file system. */
export const schemes = {
  /** One side of a changed file. */
  patch: 'flotilla-patch',
  /** A version of an Action. */
  action: 'flotilla-action',
  /** What a scope query matches. */
  scope: 'flotilla-scope',
  /** What would happen to a Campaign. */
  campaign: 'flotilla-campaign',
  /** The timeline or the log of an Attempt. */
  attempt: 'flotilla-attempt',
} as const;

/** Scheme of the rows of changed files: only for their icon and their letter, nothing opens it. */
export const rowScheme = 'flotilla-row';

/** Language of an output channel that shows the log of an Attempt. */
export const logLanguage = 'flotilla-log';
