import { z } from 'zod';

/** Letters of the parts of a template; hosts take less, and cut (see the abilities of a code host). */
const most = { name: 200, title: 1000, body: 100_000, message: 100_000, branch: 200 };

/** A person of git. */
export const gitPerson = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(most.name)
    .regex(/^[^<>\n\0]*$/, 'must be a name, without <, > and line ends'),
  email: z
    .string()
    .trim()
    .min(3)
    .max(most.name)
    .regex(/^[^\s<>@]+@[^\s<>@]+$/, 'must be an address'),
});

/** What the Changesets of a Campaign say, and how they are published. Texts may have variables (shared/src/template). */
export const campaignTemplate = z.object({
  /** Of the branch on each repository, without `refs/heads/`. */
  branch: z.string().trim().min(1).max(most.branch),
  title: z.string().trim().min(1).max(most.title),
  body: z.string().max(most.body).default(''),
  commit: z.object({
    message: z.string().trim().min(1).max(most.message),
    /** Null is the service's own name. */
    author: gitPerson.nullable().default(null),
  }),
  /** `none` makes Changesets that a person publishes later. */
  publish: z.enum(['none', 'draft', 'open']).default('open'),
});

export type CampaignTemplate = z.infer<typeof campaignTemplate>;
