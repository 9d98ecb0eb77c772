export type Role = 'reader' | 'member' | 'admin';

/** Somebody who has tokens. */
export interface Account {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
}

/** The repositories whose contents somebody may read: all that there are, or those with these ids. */
export type VisibleRepositories = 'all' | ReadonlySet<number>;

/**
 * Says what somebody may read: asked when they connect, for each request of bytes, and before something is done in
 * their name.
 */
export type RightsOf = (account: Account) => VisibleRepositories | Promise<VisibleRepositories>;

/** One deployment is one trust domain (docs/security.md): whoever has a token reads everything. */
export const everybodyReadsAll: RightsOf = () => 'all';
