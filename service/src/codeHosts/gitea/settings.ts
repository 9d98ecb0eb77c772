import { z } from 'zod';

/** What a row says of a Gitea or Forgejo besides its address. */
export const settings = z.strictObject({
  /** Organisations and users whose repositories are taken; without any, all that the credential can see. */
  owners: z.array(z.string().min(1).max(200)).max(1000).default([]),
  /** Who the credential belongs to, for git: any name does where it is a token. */
  username: z.string().min(1).max(200).default('flotilla'),
});

export type Settings = z.infer<typeof settings>;
