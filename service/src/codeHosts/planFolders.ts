import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { NamedFolder } from './namedFolders.ts';
import type { CodeHostRow } from './readCodeHosts.ts';

/** A row as it is to be; without an id it is to be made. */
export interface PlannedHost {
  readonly id: number | null;
  readonly name: string;
  readonly location: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly present: boolean;
}

/**
 * The rows of hosts of kind `kind` as they are to be when the environment names these folders: a row is that of its folder,
 * with all that belongs to it, whatever it is called. A folder that is not named any more is there no more, and gives up its
 * name when another one wants it. Answers those that are to be made or changed. Throws an Error of one sentence when a name is
 * that of a host of another kind.
 */
export function planFolders(
  kind: string,
  rows: readonly CodeHostRow[],
  folders: readonly NamedFolder[],
): readonly PlannedHost[] {
  // One that is there no more gives up its name.
  const others = rows.filter((row) => row.kind !== kind && row.present);
  const byFolder = new Map(rows.filter((row) => row.kind === kind).map((row) => [row.location, row]));
  const taken = new Set(others.map(({ name }) => name));
  for (const { name, folder } of folders) {
    if (name === null) continue;
    if (taken.has(name))
      throw new Error(
        `FLOTILLA_REPOSITORIES: another code host is called "${name}" already; give ${folder} another name.`,
      );
    taken.add(name);
  }
  const take = (wanted: string): string => {
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
    taken.add(name);
    return name;
  };
  const planned: PlannedHost[] = [];
  const plan = (
    location: string,
    { present, writable = false }: Pick<PlannedHost, 'present'> & Pick<NamedFolder, 'writable'>,
    nameOf: (row: CodeHostRow | undefined) => string,
  ) => {
    const row = byFolder.get(location);
    byFolder.delete(location);
    const name = nameOf(row);
    const settings = writable ? { writable } : {};
    const isAsPlanned =
      row?.name === name && row.present === present && isDeepStrictEqual(row.settings, settings);
    if (!isAsPlanned) planned.push({ id: row?.id ?? null, name, location, settings, present });
  };
  for (const { name, folder, writable } of folders) {
    if (name !== null) plan(folder, { present: true, ...(writable && { writable }) }, () => name);
  }
  const unnamed = folders.filter(({ name }) => name === null);
  const isKnown = ({ folder }: NamedFolder) =>
    rows.some((row) => row.kind === kind && row.location === folder);
  for (const { folder, writable } of [...unnamed.filter(isKnown), ...unnamed.filter((one) => !isKnown(one))])
    plan(folder, { present: true, ...(writable && { writable }) }, (row) =>
      take(row?.name ?? nameOfFolder(folder)),
    );
  for (const row of byFolder.values()) plan(row.location, { present: false }, () => take(row.name));
  return planned;
}

/** What a folder is called when nobody says: by the last part of its path, without what could not be seen or typed. */
function nameOfFolder(folder: string): string {
  const name = basename(folder)
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '');
  return /^.{1,100}/u.exec(name)?.[0] ?? 'repositories';
}
