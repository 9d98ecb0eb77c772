const prefix = 'refs/heads/';

/**
 * Full name of a branch that git takes, or what is wrong with it, in a clause. The rules are those of `git check-ref-format
 * --branch`; a leading `-` would be an option of git.
 */
export function branchRef(name: string): { readonly ref: string } | { readonly problem: string } {
  const problem = branchProblem(name);
  return problem === undefined ? { ref: prefix + name } : { problem };
}

const mostBytes = 200;

function branchProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (new TextEncoder().encode(name).length > mostBytes) return `it is longer than ${mostBytes} bytes`;
  if (name.startsWith('-')) return 'it begins with "-"';
  if (/[\s~^:?*[\\\p{Cc}\p{Cf}]/u.test(name)) return 'it has a blank, or one of ~ ^ : ? * [ \\';
  if (name === '@' || name.includes('@{') || name.includes('..')) return 'it has "..", "@{" or is "@"';
  if (name === 'HEAD') return 'it is HEAD';
  if (name.split('/').some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock')))
    return 'a part of it is empty, begins with "." or ends in ".lock"';
  if (name.endsWith('.')) return 'it ends in "."';
  return undefined;
}
