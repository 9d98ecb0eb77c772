import { boolean, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { at, createdAt, id } from './columns.ts';

export const codeHosts = pgTable('code_hosts', {
  id: id(),
  /** One of `codeHosts/kinds.ts`, or of a newer program's. */
  kind: text().notNull(),
  /**
   * What people call it, and what stands before a repository's name where two hosts have one of it. Its constraint is
   * checked at the end of a statement (its migration says so), so that one statement swaps names.
   */
  name: text().notNull().unique(),
  /** For a directory: its absolute path. */
  location: text().notNull().unique(),
  /** What its kind wants to know besides; parsed by `codeHosts/<kind>`. */
  settings: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
  /** False once nothing names it any more. Rows stay, because repositories point to them. */
  present: boolean().notNull().default(true),
  /** Why it could not be listed when that was last tried; null when it could. */
  problem: text(),
  /** When it was last listed to the end. */
  listedAt: at('listed_at'),
  /** How far the scan is that goes on; null when none does. Of a replica that died it is what it told last. */
  scan: jsonb().$type<ScanProgress>(),
  scanToldAt: at('scan_told_at'),
  createdAt: createdAt(),
});

/** How far a scan is. */
export interface ScanProgress {
  /** How many repositories the host has; null while it has not said that. */
  readonly listed: number | null;
  /** How many of them had moved, and have been fetched or said why they cannot be. */
  readonly fetched: number;
  /** How many are still to be looked at, or fetched. */
  readonly toGo: number;
  /** How many times it has got on, which a fetch that failed is not; older replicas do not tell. */
  readonly steps?: number;
}
