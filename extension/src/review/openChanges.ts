import type { ChangedFile, ComparedAttempts } from '@flotilla/shared/views';
import { l10n, type Uri } from 'vscode';
import type { NamedJob } from '../model/jobNames.ts';
import { openChangesEditor, openDiffEditor } from '../platform/editors.ts';
import { pickMany } from '../platform/inputs.ts';
import { shareOut, type Unit } from './parts.ts';
import { patchUris, type ComparedJob } from './patchUris.ts';

/** A multi-diff editor loads all its documents at once: 400 files took 2.2 s (docs/spec/editor.md). */
const maxFiles = 100;

/** Opens the two sides of one file. */
export async function openDiff(origin: string, job: NamedJob, file: ChangedFile): Promise<void> {
  const uris = patchUris(origin, job, file);
  if (uris === undefined) return;
  const { base, result } = uris;
  const title = `${file.path.split('/').at(-1) ?? file.path} (${job.name})`;
  if (base !== undefined && result !== undefined) {
    await openDiffEditor(base, result, title);
  } else {
    await openChangesEditor(title, resources(origin, [{ job, files: [file] }]));
  }
}

/** Opens the changes of one Job, as a multi-diff editor; a large one in parts that a person chooses. */
export async function openJobChanges(
  origin: string,
  job: NamedJob,
  files: readonly ChangedFile[],
): Promise<void> {
  await openParts(origin, job.name, [{ job, files }]);
}

/** Opens the files in which two trees differ, such as what two Attempts of a Job left behind. */
export async function openComparedChanges(
  origin: string,
  { id, repositoryId, name }: Pick<NamedJob, 'id' | 'repositoryId' | 'name'>,
  title: string,
  { baseTree, resultTree, files }: ComparedAttempts,
): Promise<void> {
  const job = { id, repositoryId, name, patch: { baseTree, resultTree } };
  await openParts(origin, title, [{ job, files }]);
}

/** Opens what was left in of an Execution. */
export async function openExecutionChanges(
  origin: string,
  title: string,
  units: readonly Unit<NamedJob, ChangedFile>[],
): Promise<void> {
  await openParts(origin, title, units);
}

async function openParts(
  origin: string,
  title: string,
  units: readonly Unit<ComparedJob, ChangedFile>[],
): Promise<void> {
  const parts = shareOut(units, maxFiles);
  const [only] = parts;
  if (only === undefined) return;
  if (parts.length === 1) return openPart(origin, title, only);
  const choices = parts.map((part, index) => ({
    label: l10n.t('Part {0} of {1}', index + 1, parts.length),
    description: l10n.t('{0} files', countFiles(part)),
    detail: namesOf(part),
    picked: index === 0,
    value: { part, title: `${title} (${index + 1}/${parts.length})` },
  }));
  const chosen = await pickMany(choices, {
    title,
    placeHolder: l10n.t('{0} files are too many for one editor: choose the parts to open', countFiles(units)),
  });
  for (const { title: partTitle, part } of chosen) await openPart(origin, partTitle, part);
}

async function openPart(
  origin: string,
  title: string,
  units: readonly Unit<ComparedJob, ChangedFile>[],
): Promise<void> {
  await openChangesEditor(title, resources(origin, units));
}

/** The triples that `vscode.changes` takes: what the row is about, before, after. */
function resources(
  origin: string,
  units: readonly Unit<ComparedJob, ChangedFile>[],
): [Uri, Uri | undefined, Uri | undefined][] {
  return units.flatMap(({ job, files }) =>
    files.flatMap((file): [Uri, Uri | undefined, Uri | undefined][] => {
      const { base, result } = patchUris(origin, job, file) ?? {};
      const label = result ?? base;
      return label === undefined ? [] : [[label, base, result]];
    }),
  );
}

function countFiles(units: readonly Unit<unknown, unknown>[]): number {
  return units.reduce((sum, unit) => sum + unit.files.length, 0);
}

function namesOf(units: readonly Unit<ComparedJob, unknown>[]): string {
  const names = units.map((unit) => unit.job.name);
  return names.length <= 3
    ? names.join(', ')
    : l10n.t('{0} … {1} ({2} repositories)', names[0] ?? '', names.at(-1) ?? '', names.length);
}
