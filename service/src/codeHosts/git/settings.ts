import { z } from 'zod';

/** What a row says of a server of plain git besides its address. */
export const settings = z.strictObject({
  /** Where its repositories are: https or ssh, all below its address. */
  urls: z.array(z.string().min(1).max(2000)).max(10_000),
  /** Who the credential belongs to, over https; over ssh the address says it. */
  username: z.string().min(1).max(200).default('git'),
  /** Over ssh: lines of a file `known_hosts` with its keys. */
  knownHosts: z.string().max(100_000).default(''),
});
