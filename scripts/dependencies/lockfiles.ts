/** The project's lockfiles, with the folders that they are for. */
export const lockfiles = [
  { folder: '.', path: 'package-lock.json' },
  { folder: 'test/e2e/tools', path: 'test/e2e/tools/package-lock.json' },
] as const;
