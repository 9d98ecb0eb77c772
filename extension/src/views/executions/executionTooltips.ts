import { jobCount } from '@flotilla/shared/lifecycle/executionState';
import { describeOutcome } from '@flotilla/shared/lifecycle/describeOutcome';
import { branchOf } from '@flotilla/shared/target/branchOf';
import type { ExecutionView, JobView, WaitingView } from '@flotilla/shared/views';
import { l10n, type MarkdownString } from 'vscode';
import { lines } from '../../platform/markdown.ts';
import { shownText } from '../../platform/shownText.ts';
import { patchText, pauseText } from '../rowText.ts';
import { statuses } from '../status.ts';
import { formatDuration } from '../time.ts';

export function executionTooltip(execution: ExecutionView): MarkdownString {
  const counts = Object.entries(execution.counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${statuses[state as keyof typeof execution.counts].spoken}`);
  return lines(
    `**${shownText('markdown', execution.actionName)}** v${execution.actionVersion} — ${statuses[execution.state].spoken}`,
    execution.state === 'resolving'
      ? l10n.t('Its repositories are being found.')
      : `${jobCount(execution.counts)} Jobs: ${counts.join(', ')}`,
    ...limitsOf(execution),
    `${l10n.t('Scope')}: ${shownText('code', execution.scopeQuery)}`,
    startText(execution),
  );
}

function startText({ createdBy, createdAt }: ExecutionView): string {
  const at = new Date(createdAt).toLocaleString();
  return createdBy === null
    ? l10n.t('Started {0}', at)
    : l10n.t('Started by {0}, {1}', shownText('markdown', createdBy), at);
}

/** What keeps Jobs of an Execution from being started, and what puts them before others. */
function limitsOf(execution: ExecutionView): string[] {
  const { held, maxParallel, maxFailures, priority } = execution;
  const pause = pauseText(execution);
  return [
    ...(pause === undefined ? [] : [shownText('markdown', pause)]),
    ...(held === 0 ? [] : [l10n.t('{0} queued Jobs are held back', held)]),
    ...(maxParallel === null ? [] : [l10n.t('At most {0} run at the same time', maxParallel)]),
    ...(maxFailures === null ? [] : [l10n.t('{0} failed Jobs pause it', maxFailures)]),
    ...(priority === 0 ? [] : [l10n.t('Priority {0}', priority)]),
  ];
}

export function jobTooltip(job: JobView, waiting: WaitingView | undefined): MarkdownString {
  return lines(
    `**${shownText('markdown', job.repository)}** — ${statuses[job.state].spoken}`,
    ...(waiting === undefined
      ? []
      : [
          shownText('markdown', waiting.message),
          ...(waiting.place === null ? [] : [l10n.t('Place {0} in the queue', waiting.place)]),
        ]),
    ...(job.outcome === null || job.outcome.kind === 'succeeded'
      ? []
      : [shownText('code', describeOutcome(job.outcome))]),
    ...(job.patch === null ? [] : [patchText(job.patch)]),
    `${shownText('code', branchOf(job.baseRef))} @ ${shownText('code', job.baseRevision.slice(0, 12))}`,
    ...placeOf(job),
    ...(job.startedAt !== null && job.endedAt !== null
      ? [l10n.t('Took {0}', formatDuration(job.endedAt - job.startedAt))]
      : []),
    ...(job.requires.length > 0
      ? [l10n.t('Needs a runner with {0}', shownText('code', job.requires.join(', ')))]
      : []),
    ...(job.attemptCount > 1 ? [l10n.t('{0} attempts', job.attemptCount)] : []),
  );
}

/** Where its repository is, and the directory in it. A service that is older than this window says neither. */
function placeOf({ codeHost, directory }: JobView): string[] {
  return [
    ...(directory ? [l10n.t('Directory {0}', shownText('code', directory))] : []),
    ...(codeHost ? [l10n.t('Code host {0}', shownText('code', codeHost))] : []),
  ];
}
