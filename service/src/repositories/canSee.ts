import type { User } from '../auth/tokens.ts';

/**
 * Whether a user may read what is in a repository. One deployment is one trust domain (docs/security.md): whoever has a
 * token sees all. Every read of contents passes here, so that finer rights need this one change.
 */
export function canSee(user: User, repository: { readonly id: number }): boolean {
  return user.id > 0 && repository.id > 0;
}
