import type { RunnerJobView, RunnerView } from '@flotilla/shared/views';
import { l10n, TreeItem, TreeItemCollapsibleState, type MarkdownString } from 'vscode';
import { lines } from '../../platform/markdown.ts';
import { shownText } from '../../platform/shownText.ts';
import { contextValue, statusIcon, themeIcon } from '../rowParts.ts';
import { statuses } from '../status.ts';
import {
  lastSeenText,
  loadOf,
  runnerJobText,
  runnerState,
  runnerText,
  type RunnerState,
} from './runnerText.ts';

/** The table from what a Runner is at to what is seen and heard. A colour is never the only difference. */
const looks: Readonly<Record<RunnerState, { icon: string; color: string; spoken: string }>> = {
  online: { icon: 'vm-active', color: 'testing.iconPassed', spoken: 'online' },
  draining: { icon: 'debug-pause', color: 'charts.yellow', spoken: 'draining' },
  problem: { icon: 'warning', color: 'testing.iconErrored', spoken: 'online, and cannot work' },
  offline: { icon: 'debug-disconnect', color: 'disabledForeground', spoken: 'offline' },
};

/** In all of these `now` is the service's time. */
export function runnerRow(runner: RunnerView, now: number): TreeItem {
  const { Collapsed, None } = TreeItemCollapsibleState;
  const row = new TreeItem(runner.name, runner.running > 0 ? Collapsed : None);
  const { icon, color, spoken } = looks[runnerState(runner)];
  const text = runnerText(runner, now);
  row.description = text;
  row.iconPath = themeIcon(icon, color);
  row.contextValue = contextValue('runner', {
    drainable: runner.online && !runner.drainRequested,
    drained: runner.drainRequested,
    forgettable: !runner.online,
  });
  row.accessibilityInformation = { label: l10n.t('Runner {0}, {1}, {2}', runner.name, spoken, text) };
  return row;
}

export function runnerJobRow(job: RunnerJobView, name: string, now: number): TreeItem {
  const row = new TreeItem(name, TreeItemCollapsibleState.None);
  const text = runnerJobText(job, now);
  row.description = text;
  row.iconPath = statusIcon(job.state);
  row.contextValue = contextValue('runnerJob', {});
  row.accessibilityInformation = {
    label: l10n.t('Job on {0}, {1}, {2}', name, statuses[job.state].spoken, text),
  };
  return row;
}

export function runnerTooltip(runner: RunnerView, now: number): MarkdownString {
  const { labels, capacity, description, problem } = runner;
  const { inSlots, beside } = loadOf(runner);
  const state = runnerState(runner);
  return lines(
    `**${shownText('markdown', runner.name)}** — ${looks[state].spoken}`,
    ...(problem === null ? [] : [shownText('markdown', problem)]),
    ...(runner.drainRequested ? [l10n.t('Somebody asked it to claim nothing more.')] : []),
    labels.length === 0 ? l10n.t('No labels') : l10n.t('Labels: {0}', shownText('code', labels.join(', '))),
    l10n.t('Runs {0} of at most {1} Jobs at once', inSlots, capacity),
    ...(beside === 0 ? [] : [l10n.t('Prepares or finishes {0} more', beside)]),
    ...(description === '' ? [] : [shownText('code', description)]),
    lastSeenText(runner, now),
  );
}
