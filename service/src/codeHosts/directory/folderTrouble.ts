/** Why a folder cannot be looked at, as a sentence about it. */
export function folderTrouble(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return `there is no folder ${path}`;
    case 'ENOTDIR':
      return `${path} is no folder`;
    case 'EACCES':
    case 'EPERM':
      return `the user that the service runs as may not read ${path}`;
    default:
      return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Why nothing is known of a folder with nothing in it: so is the place of a file system that is not mounted. */
export function emptyFolder(path: string): string {
  return `nothing is in ${path}. Mount what belongs there, or put any file into it where there is no repository any more`;
}
