import { describeOutcome } from '@flotilla/shared/lifecycle/describeOutcome';
import { oneLine } from '@flotilla/shared/text/oneLine';
import type { AttemptView } from '@flotilla/shared/views';
import { l10n, type MarkdownString } from 'vscode';
import { lines } from '../../platform/markdown.ts';
import { shownText } from '../../platform/shownText.ts';
import { damageText, patchText } from '../rowText.ts';
import { statuses } from '../status.ts';
import { timelineLines, timelineOf } from './timeline.ts';

/** Characters of the bars: a tooltip is narrow. */
const barWidth = 24;

/** How an Attempt ended, where, and what its time went to. */
export function attemptTooltip(attempt: AttemptView, now: number): MarkdownString {
  const { outcome, state, runner, patch, expired, logDamage, logLimitReached } = attempt;
  const bars = timelineLines(timelineOf(attempt, now), barWidth);
  return lines(
    l10n.t(
      '**Attempt {0}** on {1} — {2}',
      attempt.number,
      shownText('markdown', runner),
      statuses[state].spoken,
    ),
    ...(outcome === null || outcome.kind === 'succeeded'
      ? []
      : [shownText('code', describeOutcome(outcome))]),
    ...(patch === null ? [] : [patchText(patch)]),
    ...(logDamage === null ? [] : [shownText('markdown', damageText(logDamage))]),
    ...(logLimitReached ? [l10n.t('Its log was cut at its limit.')] : []),
    ...(expired
      ? [l10n.t('Its log and its Patch were deleted, after the time for which they are kept.')]
      : []),
    ...(bars.length === 0
      ? []
      : [`\`\`\`text\n${bars.map((bar) => oneLine(bar).replaceAll('`', "'")).join('\n')}\n\`\`\``]),
  );
}
