import { toStorable } from '@flotilla/shared/storableText';
import { z } from 'zod';

/** What people wrote. */
const text = z.string().transform(toStorable);

/** What is read of Gitea's answers; Forgejo's are the same. See `/swagger.v1.json` of a server. */
export const repository = z.object({
  id: z.number().int().positive(),
  full_name: z.string().max(1000),
  html_url: z.string(),
  default_branch: z.string().catch(''),
  empty: z.boolean().catch(false),
  archived: z.boolean(),
  fork: z.boolean(),
  private: z.boolean(),
  internal: z.boolean().catch(false),
  has_pull_requests: z.boolean().catch(true),
  description: z.string().catch(''),
  topics: z.array(z.string()).nullable().catch(null),
  language: z.string().catch(''),
  updated_at: z.iso.datetime({ offset: true }),
  /** In KiB. */
  size: z.number().catch(0),
  permissions: z.object({ push: z.boolean() }).optional(),
});
export type Repository = z.infer<typeof repository>;

/** A branch, with the commit that it is at. */
export const branch = z.object({ commit: z.object({ id: z.string() }) });

export const account = z.object({ login: text });

/** Absent where an account was deleted. */
const person = account.nullish();
const people = z.array(person).nullish();
const time = z.iso.datetime({ offset: true });
const commitId = z.string().regex(/^(?:[0-9a-f]{40,64})?$/);

/** A branch of a pull request: `label` is its name, also when it is gone, and `ref` another one then. */
const side = z.object({ label: text, ref: text, sha: commitId, repo_id: z.number().int() });

export const pullRequest = z.object({
  number: z.number().int().positive(),
  html_url: text,
  title: text,
  body: text,
  state: z.enum(['open', 'closed']),
  /** Absent before Gitea 1.23. */
  draft: z.boolean().optional(),
  merged: z.boolean(),
  mergeable: z.boolean().catch(false),
  merged_at: time.nullish(),
  closed_at: time.nullish(),
  created_at: time,
  updated_at: time,
  merge_commit_sha: commitId.nullish(),
  user: person,
  labels: z.array(z.object({ name: text })).nullish(),
  assignees: people,
  requested_reviewers: people,
  requested_reviewers_teams: z.array(z.object({ name: text }).nullish()).nullish(),
  head: side,
  base: side,
});
export type RawPullRequest = z.infer<typeof pullRequest>;

export const review = z.object({
  id: z.number().int(),
  state: z.string().catch(''),
  dismissed: z.boolean().catch(false),
  /** Absent where a team was asked. */
  user: person,
  submitted_at: z.string().catch(''),
});
export type Review = z.infer<typeof review>;

export const combinedStatus = z.object({
  state: z.string().catch(''),
  total_count: z.number().int().catch(0),
});

export const label = z.object({ id: z.number().int(), name: z.string() });

export const comment = z.object({ body: z.string() });

/** A pull request in a search over all repositories. */
export const foundIssue = z.object({
  number: z.number().int().positive(),
  repository: z.object({ id: z.number().int(), full_name: z.string() }),
});
