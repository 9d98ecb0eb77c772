import { z } from 'zod';

/** What is read of Gitea's answers; Forgejo's are the same. See `/swagger.v1.json` of a server. */
export const repository = z.object({
  id: z.number().int(),
  full_name: z.string(),
  html_url: z.string(),
  default_branch: z.string().catch(''),
  empty: z.boolean().catch(false),
  archived: z.boolean(),
  fork: z.boolean(),
  private: z.boolean(),
  internal: z.boolean().catch(false),
  description: z.string().catch(''),
  topics: z.array(z.string()).nullable().catch(null),
  language: z.string().catch(''),
  updated_at: z.string(),
  /** In KiB. */
  size: z.number().catch(0),
  permissions: z.object({ push: z.boolean() }).optional(),
});
export type Repository = z.infer<typeof repository>;

const person = z.object({ login: z.string() }).nullable();

export const pullRequest = z.object({
  number: z.number().int(),
  html_url: z.string(),
  title: z.string(),
  body: z.string(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().catch(false),
  merged: z.boolean(),
  mergeable: z.boolean(),
  merged_at: z.string().nullable(),
  closed_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  merge_commit_sha: z.string().nullable(),
  user: person,
  labels: z.array(z.object({ name: z.string() })).nullable(),
  assignees: z.array(z.object({ login: z.string() })).nullable(),
  requested_reviewers: z.array(person).nullable(),
  requested_reviewers_teams: z.array(z.object({ name: z.string() })).nullish(),
  head: z.object({ ref: z.string(), sha: z.string(), repo_id: z.number().int() }),
  base: z.object({ ref: z.string(), sha: z.string(), repo_id: z.number().int() }),
});
export type RawPullRequest = z.infer<typeof pullRequest>;

export const review = z.object({
  state: z.enum(['APPROVED', 'PENDING', 'COMMENT', 'REQUEST_CHANGES', 'REQUEST_REVIEW', '']).catch(''),
  dismissed: z.boolean().catch(false),
  stale: z.boolean().catch(false),
  user: person,
  submitted_at: z.string(),
});
export type Review = z.infer<typeof review>;

export const combinedStatus = z.object({
  state: z.enum(['pending', 'success', 'error', 'failure', 'warning', 'skipped', '']).catch(''),
  total_count: z.number().int().catch(0),
});
