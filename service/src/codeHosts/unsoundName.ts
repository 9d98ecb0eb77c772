/**
 * Why a repository of such a name is not worked with: the name stands in addresses, and in arguments of git. Undefined when it is
 * sound.
 */
export function unsoundName(name: string): string | undefined {
  if (/\p{Cc}|\p{Cf}/u.test(name)) return 'its name has characters that cannot be seen';
  const parts = name.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'its name has parts that lead elsewhere';
  if (parts.some((part) => part.startsWith('-'))) return 'its name, or a part of it, begins with "-"';
  return undefined;
}
