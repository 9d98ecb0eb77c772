/** The views that package.json declares, in their order. */
export const viewIds = [
  'flotilla.actions',
  'flotilla.executions',
  'flotilla.campaigns',
  'flotilla.jobLogs',
  'flotilla.runners',
] as const;
