import type { ChangedFile, JobView } from '@flotilla/shared/views';
import { EventEmitter, l10n, ThemeColor, window, type FileDecoration, type Uri } from 'vscode';
import type { ChangedFiles } from '../../model/changedFiles.ts';
import type { Collection } from '../../model/collection.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import { fromRowUri, rowUri } from './rowUri.ts';

const looks: Readonly<Record<ChangedFile['status'], { badge: string; color: string }>> = {
  added: { badge: 'A', color: 'gitDecoration.addedResourceForeground' },
  modified: { badge: 'M', color: 'gitDecoration.modifiedResourceForeground' },
  deleted: { badge: 'D', color: 'gitDecoration.deletedResourceForeground' },
  renamed: { badge: 'R', color: 'gitDecoration.renamedResourceForeground' },
  typeChanged: { badge: 'T', color: 'gitDecoration.modifiedResourceForeground' },
};

/** The letter behind a changed file's name; one that is left out is faded. */
export function registerFileDecorations(jobs: Collection<JobView>, files: ChangedFiles): Disposable {
  const owned = new Disposables();
  const changed = owned.own(new EventEmitter<Uri[]>());
  const fire = (jobId: number) => {
    const list = files.get(jobId);
    if (list !== undefined) changed.fire(list.map((file) => rowUri(jobId, file.path)));
  };
  owned.own(files.onDidChange(fire));
  owned.own(jobs.onDidChange(({ rows }) => rows.forEach(fire)));
  owned.own(
    window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration: (uri) => {
        const row = fromRowUri(uri);
        if (row === undefined) return undefined;
        const file = files.get(row.jobId)?.find((candidate) => candidate.path === row.path);
        return file === undefined ? undefined : decorationOf(file, jobs.get(row.jobId)?.included ?? true);
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
