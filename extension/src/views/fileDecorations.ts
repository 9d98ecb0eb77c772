import type { ChangedFile, JobView } from '@flotilla/shared/views';
import { EventEmitter, l10n, ThemeColor, window, type FileDecoration, type Uri } from 'vscode';
import type { ChangedFiles } from '../model/changedFiles.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { fromPatchUri } from './patchUri.ts';
import { patchUris } from './patchUris.ts';

const looks: Readonly<Record<ChangedFile['status'], { badge: string; color: string }>> = {
  added: { badge: 'A', color: 'gitDecoration.addedResourceForeground' },
  modified: { badge: 'M', color: 'gitDecoration.modifiedResourceForeground' },
  deleted: { badge: 'D', color: 'gitDecoration.deletedResourceForeground' },
  renamed: { badge: 'R', color: 'gitDecoration.renamedResourceForeground' },
  typeChanged: { badge: 'T', color: 'gitDecoration.modifiedResourceForeground' },
};

export interface DecorationParts {
  readonly files: ChangedFiles;
  readonly jobOf: (jobId: number) => JobView | undefined;
  readonly origin: () => string;
}

/** The letter behind a changed file's name; one that is left out is faded. */
export function registerPatchDecorations({ files, jobOf, origin }: DecorationParts): Disposable {
  const owned = new Disposables();
  const changed = owned.own(new EventEmitter<Uri[]>());
  owned.own(
    files.onDidChange((jobId) => {
      const job = jobOf(jobId);
      if (job === undefined) return;
      changed.fire(
        (files.get(jobId) ?? []).flatMap((file) => {
          const { base, result } = patchUris(origin(), job, file) ?? {};
          return [base, result].filter((uri) => uri !== undefined);
        }),
      );
    }),
  );
  owned.own(
    window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration: (uri) => {
        const side = fromPatchUri(uri);
        if (side === undefined) return undefined;
        const file = files
          .get(side.jobId)
          ?.find((candidate) => candidate.path === side.path || candidate.previousPath === side.path);
        return file === undefined ? undefined : decorationOf(file, jobOf(side.jobId)?.included ?? true);
      },
    }),
  );
  return owned;
}

function decorationOf(file: ChangedFile, isJobIncluded: boolean): FileDecoration {
  const { badge, color } = looks[file.status];
  const isIncluded = file.included && isJobIncluded;
  return {
    badge,
    color: new ThemeColor(isIncluded ? color : 'disabledForeground'),
    tooltip: isIncluded ? wordOf(file.status) : l10n.t('{0}, left out', wordOf(file.status)),
  };
}

function wordOf(status: ChangedFile['status']): string {
  switch (status) {
    case 'added':
      return l10n.t('Added');
    case 'modified':
      return l10n.t('Modified');
    case 'deleted':
      return l10n.t('Deleted');
    case 'renamed':
      return l10n.t('Renamed');
    case 'typeChanged':
      return l10n.t('Type changed');
  }
}
