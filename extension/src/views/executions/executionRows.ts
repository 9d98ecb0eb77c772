import { isExecutionEnded } from '@flotilla/shared/lifecycle/executionState';
import { isJobEnded } from '@flotilla/shared/lifecycle/jobLifecycle';
import type { AttemptView, ChangedFile, ExecutionView, JobView, WaitingView } from '@flotilla/shared/views';
import { l10n, ThemeIcon, TreeItem, TreeItemCheckboxState, TreeItemCollapsibleState, type Uri } from 'vscode';
import { endedJobs, unsuccessfulJobs } from '../jobCounts.ts';
import type { NamedJob } from '../../model/jobNames.ts';
import { contextValue, statusIcon, themeIcon } from '../rowParts.ts';
import { executionText, jobsText, fileText, jobText } from '../rowText.ts';
import { statuses, type ShownState } from '../status.ts';

const { Collapsed, None } = TreeItemCollapsibleState;

/**
 * The row of an Execution. While it runs with its Jobs in view, they say how far it is, and its own row stays as it is
 * (see DrawnRows); the head of the view has the numbers. `now` is the service's time.
 */
export function executionRow(execution: ExecutionView, now: number, isOpened: boolean): TreeItem {
  const row = new TreeItem(`${execution.actionName} #${execution.id}`, Collapsed);
  const isEnded = isExecutionEnded(execution.state);
  const isLive = !isEnded && execution.state !== 'cancelling';
  const isPaused = isLive && execution.paused !== null;
  const isStill = isEnded || isPaused;
  const state: ShownState = isPaused ? 'paused' : execution.state;
  const text = isOpened && !isEnded ? jobsText(execution) : executionText(execution, now);
  row.description = text;
  row.iconPath = statusIcon(state);
  row.contextValue = contextValue('execution', {
    live: isLive,
    hasPatch: execution.changed > 0,
    ended: isEnded,
    pausable: isLive && !isPaused,
    paused: isPaused,
    // Not while it runs: each Job that ends would draw the row again.
    failed: isStill && unsuccessfulJobs(execution.counts) > 0,
    rerunnable: isStill && endedJobs(execution.counts) > 0,
  });
  row.accessibilityInformation = {
    label: l10n.t(
      'Execution {0} of {1}, {2}, {3}',
      execution.id,
      execution.actionName,
      statuses[state].spoken,
      text,
    ),
  };
  return row;
}

/** `now` is the service's time. */
export function jobRow(
  job: NamedJob,
  now: number,
  attempt: AttemptView | undefined,
  waiting: WaitingView | undefined,
): TreeItem {
  const state = shownState(job);
  const row = new TreeItem(job.name, job.patch === null ? None : Collapsed);
  const text = jobText(job, attempt, now, waiting);
  row.description = text;
  row.iconPath = statusIcon(state);
  row.contextValue = contextValue('job', {
    hasLog: job.currentAttemptId !== null,
    hasPatch: job.patch !== null,
    live: !isJobEnded(job.state),
    ended: isJobEnded(job.state),
    failed: isJobEnded(job.state) && job.state !== 'succeeded',
    others: job.attemptCount > 1,
  });
  row.accessibilityInformation = {
    label: l10n.t('Job on {0}, {1}, {2}', job.name, statuses[state].spoken, text),
  };
  if (job.patch !== null) row.checkboxState = checkbox(job.included, job.name);
  return row;
}

function shownState({ state, patch, held }: JobView): ShownState {
  if (state === 'succeeded' && patch === null) return 'noChanges';
  return held ? 'held' : state;
}

export function folderRow(name: string, path: string, files: readonly ChangedFile[]): TreeItem {
  const row = new TreeItem(name, TreeItemCollapsibleState.Expanded);
  row.iconPath = ThemeIcon.Folder;
  row.contextValue = contextValue('folder', {});
  row.checkboxState = checkbox(
    files.every((file) => file.included),
    path,
  );
  return row;
}

/** `uri` is the side that is there, for the icon of its sort and the decoration of its status. */
export function fileRow(name: string, file: ChangedFile, uri: Uri): TreeItem {
  const row = new TreeItem(name, None);
  row.resourceUri = uri;
  row.iconPath = ThemeIcon.File;
  const text = fileText(file);
  row.description = text;
  row.contextValue = contextValue('file', {});
  row.checkboxState = checkbox(file.included, file.path);
  row.accessibilityInformation = { label: `${file.path}, ${file.status}, ${text}` };
  return row;
}

export function moreRow(shown: number, total: number | undefined): TreeItem {
  const row = new TreeItem(l10n.t('Show More…'), None);
  row.iconPath = themeIcon('ellipsis');
  row.description =
    total === undefined ? l10n.t('{0} are shown', shown) : l10n.t('{0} of {1} are shown', shown, total);
  return row;
}

function checkbox(included: boolean, name: string): NonNullable<TreeItem['checkboxState']> {
  const tooltip = included
    ? l10n.t('Included: Save Patches takes it. Uncheck to leave it out.')
    : l10n.t('Left out. Check to include it.');
  return {
    state: included ? TreeItemCheckboxState.Checked : TreeItemCheckboxState.Unchecked,
    tooltip,
    accessibilityInformation: {
      label: included ? l10n.t('{0} is included', name) : l10n.t('{0} is left out', name),
    },
  };
}
