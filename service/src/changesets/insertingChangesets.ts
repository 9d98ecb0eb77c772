import type { Fragment } from 'postgres';
import type { ChangesetTexts } from '../campaigns/renderChangeset.ts';
import type { Sql } from '../db/database.ts';
import type { PlanItem } from '../plans/readPlan.ts';
import { askingForWork } from '../work/askForWork.ts';
import { reconcileName } from './reconcileName.ts';

export interface NewChangeset {
  /** One with a Patch. */
  readonly item: PlanItem;
  readonly texts: ChangesetTexts;
}

/** What a Changeset is to have from a Plan, under the names of its columns: with one that is made, and with an update of one. */
export function wishRow({ item, texts }: NewChangeset) {
  return {
    execution_id: item.executionId,
    job_id: item.jobId,
    action_version: item.actionVersion,
    base_revision: item.baseRevision,
    base_tree: item.patch?.baseTree ?? null,
    result_tree: item.patch?.resultTree ?? null,
    files: item.patch?.files ?? 0,
    added_lines: item.patch?.addedLines ?? 0,
    removed_lines: item.patch?.removedLines ?? 0,
    title: texts.title,
    body: texts.body,
    message: texts.message,
    author_name: texts.authorName,
    author_email: texts.authorEmail,
  };
}

/**
 * The part of a statement that makes Changesets, and asks for the work of those that are to be published. `campaign` is the CTE
 * with the id of their Campaign.
 */
export function insertingChangesets(
  sql: Sql,
  {
    publication,
    changesets,
    campaign,
  }: {
    readonly publication: 'unpublished' | 'draft' | 'open';
    readonly changesets: readonly NewChangeset[];
    readonly campaign: Fragment;
  },
): Fragment {
  const rows = changesets.map(({ item, texts }) => ({
    ...wishRow({ item, texts }),
    repository_id: item.repositoryId,
    base_ref: item.baseRef,
    directory: item.directory,
    branch: texts.branch,
  }));
  const state = publication === 'unpublished' ? 'unpublished' : 'queued';
  return sql`
    new_changesets as (
      insert into changesets (campaign_id, state, publication, commit_date, repository_id, base_ref, directory, branch,
                              execution_id, job_id, action_version, base_revision, base_tree, result_tree, files, added_lines,
                              removed_lines, title, body, message, author_name, author_email)
      select campaign.id, ${state}, ${publication}, date_trunc('second', now()), changeset.*
        from ${campaign} as campaign,
             jsonb_to_recordset(${sql.json(rows)}) as changeset (
               repository_id bigint, base_ref text, directory text, branch text, execution_id bigint, job_id bigint,
               action_version int, base_revision text, base_tree text, result_tree text, files int, added_lines int,
               removed_lines int, title text, body text, message text, author_name text, author_email text)
      returning id, state),
    asked as (${askingForWork(
      sql,
      sql`select ${reconcileName}::text, id::text, jsonb_build_object('changesetId', id), now()
            from new_changesets where state = 'queued'`,
    )})`;
}
