import { toStorable } from '@flotilla/shared/storableText';
import type { HostedRepository, UnseenPlace } from '../../codeHosts/codeHost.ts';
import type { Sql } from '../../db/database.ts';

/** What a host said of its repositories. */
export interface Listing {
  readonly hostId: number;
  readonly repositories: readonly HostedRepository[];
  /** When it was asked, by the database's clock and to the microsecond. What was said to who asked later stays. */
  readonly askedAt: string;
  /** Whether it was asked for all of them, so that what is not among them is gone, unless its place was not seen. */
  readonly isWhole: boolean;
  readonly unseen: readonly UnseenPlace[];
}

/** What the table says of a repository. */
export interface KnownRepository {
  readonly id: number;
  readonly fingerprint: string;
  /** Why no Job can run on it; null when one can. */
  readonly reason: string | null;
}

interface KnownRow {
  readonly external_id: string | null;
  readonly name: string;
  readonly id: string;
  readonly fingerprint: string;
  readonly reason: string | null;
}

/**
 * Brings rows to what a host listed: new ones for what is new, so that mirrors have ids; the same ones, with their Jobs, for
 * what has another name by now, where the host has ids; and marks what is gone, or could not be seen. What was fetched is not
 * touched. One statement, so that names that were swapped, or given again, are never two repositories of one, and a host is seen as it
 * was at one moment.
 *
 * Answers what is known of each, in their order; undefined for one that another replica has just made.
 */
export async function storeListing(
  sql: Sql,
  { hostId, repositories, askedAt, isWhole, unseen }: Listing,
): Promise<readonly (KnownRepository | undefined)[]> {
  const listed = repositories.map(listedRow);
  // What is listed is never joined with itself: nobody knows how many it is when this is planned.
  const rows = await sql<KnownRow[]>`
    with latest as materialized (
      -- The host, unless all were listed for who asked later: rows that were then as before do not say so.
      select id from code_hosts
       where id = ${hostId} and coalesce(listed_at <= ${askedAt}::text::timestamptz, true)),
    listed as materialized (
      select listed.*, known.id, known.fingerprint, known.reason
        from jsonb_to_recordset(${sql.json(listed)})
          as listed (external_id text, name text, url text, archived boolean, fork boolean, visibility text,
                     description text, topics text[], language text, pushed_at timestamptz)
        -- Each is looked up by an index, however few rows the planner takes the table for.
        left join lateral (
          select id, fingerprint, reason from repositories
           where code_host_id = ${hostId} and repositories.external_id = listed.external_id
          union all
          select id, fingerprint, reason from repositories
           where code_host_id = ${hostId} and repositories.external_id is null and listed.external_id is null
             and repositories.name = listed.name
          limit 1) as known on true),
    changed as (
      update repositories
         set name = listed.name, present = true, url = listed.url, archived = listed.archived, fork = listed.fork,
             visibility = listed.visibility, description = listed.description, topics = listed.topics,
             language = listed.language, pushed_at = listed.pushed_at, synced_at = ${askedAt}::text::timestamptz
        from listed
       where repositories.id = listed.id and synced_at <= ${askedAt}::text::timestamptz and exists (select from latest)
         and row (repositories.name, present, repositories.url, repositories.archived, repositories.fork,
                  repositories.visibility, repositories.description, repositories.topics, repositories.language,
                  repositories.pushed_at)
             is distinct from
             row (listed.name, true, listed.url, listed.archived, listed.fork, listed.visibility, listed.description,
                  listed.topics, listed.language, listed.pushed_at)),
    hidden as materialized (
      select * from jsonb_to_recordset(${sql.json(unseen.map((place) => ({ ...place })))})
                 as hidden (place text, reason text)),
    unlisted as materialized (
      select repositories.id,
             (select hidden.reason from hidden where place in ('', name, name || '.git') or starts_with(name, place || '/')
               limit 1) as unseen
        from repositories
       where ${isWhole} and code_host_id = ${hostId} and present and synced_at <= ${askedAt}::text::timestamptz
         and exists (select from latest)
         and repositories.id not in (select id from listed where id is not null)),
    gone as (
      update repositories set present = false, synced_at = ${askedAt}::text::timestamptz from unlisted
       where unlisted.id = repositories.id and unlisted.unseen is null),
    kept as (
      -- Whatever its fingerprint was: it is fetched again when it is seen again.
      update repositories set reason = unlisted.unseen, fingerprint = '', synced_at = ${askedAt}::text::timestamptz
        from unlisted
       where unlisted.id = repositories.id and unlisted.unseen <> coalesce(reason, '')),
    made as (
      insert into repositories (code_host_id, external_id, name, reason, url, archived, fork, visibility, description, topics,
                                language, pushed_at, synced_at)
      select ${hostId}, external_id, name, 'it has not been fetched yet', url, archived, fork, visibility, description, topics,
             language, pushed_at, ${askedAt}::text::timestamptz
        from listed where id is null and exists (select from latest)
      on conflict do nothing
      returning id, external_id, name, reason),
    host as (
      update code_hosts set problem = null, listed_at = ${askedAt}::text::timestamptz
       where ${isWhole} and id in (select id from latest))
    select external_id, name, id, fingerprint, reason from listed where id is not null
    union all
    select external_id, name, id, '', reason from made`;
  const known = new Map(
    rows.map(({ id, fingerprint, reason, ...row }) => [
      identityOf(row),
      { id: Number(id), fingerprint, reason },
    ]),
  );
  return listed.map((row) => known.get(identityOf(row)));
}

function identityOf(row: { readonly external_id: string | null; readonly name: string }): string {
  return row.external_id === null ? `name ${row.name}` : `id ${row.external_id}`;
}

/** Texts were written by others. */
function listedRow({ externalId, name, facts }: HostedRepository) {
  const { url, archived, fork, visibility, description, topics, language, pushedAt } = facts;
  return {
    external_id: orNull(externalId, toStorable),
    name: toStorable(name),
    url: orNull(url, toStorable),
    archived,
    fork,
    visibility,
    description: orNull(description, toStorable),
    topics: topics.map(toStorable),
    language: orNull(language, toStorable),
    pushed_at: orNull(pushedAt, (at) => at.toISOString()),
  };
}

function orNull<T>(value: T | null, map: (value: T) => string): string | null {
  return value === null ? null : map(value);
}
