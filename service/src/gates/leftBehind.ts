/** Folders that tools make for themselves, and that nobody means to publish anew. */
const folders = new Set([
  'node_modules',
  'bower_components',
  '.cache',
  '.parcel-cache',
  '.npm',
  '.yarn-cache',
  '__pycache__',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.tox',
  '.venv',
  'target',
  '.gradle',
  '.nyc_output',
  '.terraform',
]);
const endings = /(?:\.orig|\.rej|\.bak|\.swp|\.pyc|\.tmp|~)$/i;
const names = new Set(['.DS_Store', 'Thumbs.db', 'npm-debug.log', 'yarn-error.log']);

/**
 * Whether a new file looks as if a tool had left it behind. In a folder in which the repository keeps files already, it is one
 * more of them: `isKnownFolder` answers for a path without a slash at its end.
 */
export function isLeftBehind(path: string, isKnownFolder: (folder: string) => boolean): boolean {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  if (endings.test(name) || names.has(name)) return true;
  return parts.some(
    (part, index) => folders.has(part) && !isKnownFolder(parts.slice(0, index + 1).join('/')),
  );
}
