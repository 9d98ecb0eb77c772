import type { ChangedFile, ComparedAttempts, ExecutionView, JobView } from '@flotilla/shared/views';
import { commands, l10n, window, type Uri } from 'vscode';
import { oneLine, withoutIcons } from '../platform/plainText.ts';
import { shareOut, type Unit } from './parts.ts';
import { patchUris, type ComparedJob } from './patchUris.ts';

/** A multi-diff editor loads all its documents at once: 400 files took 2.2 s (reference/vscode.md §5.1). */
const maxFiles = 100;

/** Opens the two sides of one file. */
export async function openDiff(origin: string, job: JobView, file: ChangedFile): Promise<void> {
  const uris = patchUris(origin, job, file);
  if (uris === undefined) return;
  const { base, result } = uris;
  const title = `${oneLine(file.path.split('/').at(-1) ?? file.path)} (${oneLine(job.repository)})`;
  if (base !== undefined && result !== undefined) {
    await commands.executeCommand('vscode.diff', base, result, title, { preview: true });
  } else {
    await commands.executeCommand('vscode.changes', title, resources(origin, [{ job, files: [file] }]));
  }
}

/** Opens the changes of one Job, as a multi-diff editor; a large one in parts that a person chooses. */
export async function openJobChanges(
  origin: string,
  job: JobView,
  files: readonly ChangedFile[],
): Promise<void> {
  await openParts(origin, oneLine(job.repository), [{ job, files }]);
}

/** Opens the files in which what two Attempts of a Job left behind differs. */
export async function openComparedChanges(
  origin: string,
  job: JobView,
  title: string,
  { baseTree, resultTree, files }: ComparedAttempts,
): Promise<void> {
  await openParts(origin, title, [{ job: { ...job, patch: { baseTree, resultTree } }, files }]);
}

/** Opens what was left in of an Execution. */
export async function openExecutionChanges(
  origin: string,
  execution: ExecutionView,
  units: readonly Unit<JobView, ChangedFile>[],
): Promise<void> {
  await openParts(origin, `${oneLine(execution.actionName)} #${execution.id}`, units);
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
    detail: withoutIcons(repositoriesOf(part)),
    title: `${title} (${index + 1}/${parts.length})`,
    part,
    picked: index === 0,
  }));
  const chosen = await window.showQuickPick(choices, {
    canPickMany: true,
    title,
    placeHolder: l10n.t('{0} files are too many for one editor: choose the parts to open', countFiles(units)),
  });
  for (const choice of chosen ?? []) await openPart(origin, choice.title, choice.part);
}

async function openPart(
  origin: string,
  title: string,
  units: readonly Unit<ComparedJob, ChangedFile>[],
): Promise<void> {
  await commands.executeCommand('vscode.changes', title, resources(origin, units));
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

function repositoriesOf(units: readonly Unit<ComparedJob, unknown>[]): string {
  const names = units.map((unit) => unit.job.repository);
  return names.length <= 3
    ? names.join(', ')
    : l10n.t('{0} … {1} ({2} repositories)', names[0] ?? '', names.at(-1) ?? '', names.length);
}
