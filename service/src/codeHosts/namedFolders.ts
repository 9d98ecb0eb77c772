/** A folder of git repositories that the environment names: a code host of kind *directory*. */
export interface NamedFolder {
  /** What people call it; null leaves that to the name of the folder. */
  readonly name: string | null;
  readonly folder: string;
  /** Whether branches of its repositories may be written; not unless it says so. */
  readonly writable?: boolean;
}

/** What a host may be called: it stands in lists, queries and names of files. */
const namePattern = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,99}$/u;

/** Commas end an entry where another `name=` begins, so that folders may have them. */
const entryEnd = /,(?=[^,/=]*=)/;

/** Behind a folder that may be written to, as containers have it behind their volumes. */
const writableSuffix = ':rw';

/**
 * Parses `FLOTILLA_REPOSITORIES`: a folder, or several as `name=folder`, separated by commas; `:rw` behind a folder lets its
 * branches be written. Throws an Error of one sentence; folders are as they were written.
 */
export function parseNamedFolders(text: string): readonly NamedFolder[] {
  const folders = text.split(entryEnd).map(parseEntry);
  refuseTwice(
    folders.flatMap(({ name }) => name ?? []),
    (name) => `two folders have the name "${name}"`,
  );
  refuseTwice(
    folders.map(({ folder }) => folder),
    (folder) => `the folder ${folder} is named twice`,
  );
  return folders;
}

function parseEntry(entry: string): NamedFolder {
  const [, name, folder = entry] = /^([^/=]*)=(.*)$/s.exec(entry) ?? [];
  const writable = folder.trim().endsWith(writableSuffix);
  const trimmed = folder.trim().slice(0, writable ? -writableSuffix.length : undefined);
  if (name === undefined && trimmed === '') throw new Error('it names no folder');
  if (name !== undefined && !namePattern.test(name.trim()))
    throw new Error(
      `"${name.trim().slice(0, 100)}" is no name for a folder: it takes letters, digits, ".", "_" and "-", begins with one of the first two, and has at most 100`,
    );
  if (trimmed === '') throw new Error(`the name "${name?.trim()}" has no folder`);
  if (/,\s*(\/|$)/.test(trimmed))
    throw new Error(
      `"${trimmed.slice(0, 100)}" looks like several folders: give each a name, as in work=/srv/work,other=/srv/other`,
    );
  if (trimmed.includes('\0')) throw new Error('a folder has no NUL character');
  return { name: name === undefined ? null : name.trim(), folder: trimmed, ...(writable && { writable }) };
}

function refuseTwice(values: readonly string[], sentence: (value: string) => string): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) throw new Error(sentence(value));
    seen.add(value);
  }
}
