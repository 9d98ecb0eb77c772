import { describeOutcome } from '@flotilla/shared/lifecycle/describeOutcome';
import { oneLine } from '@flotilla/shared/text/oneLine';
import type { AttemptView } from '@flotilla/shared/views';
import { damageText, patchText } from '../views/rowText.ts';
import { statuses } from '../views/status.ts';
import { formatDuration } from '../views/time.ts';
import { timelineLines, timelineOf } from '../views/jobLogs/timeline.ts';

/** Characters of the bars in a document: with the longest name of a Step a line has 83, which fit beside the side bar. */
const barWidth = 40;

/** The document that *Show Timeline* opens: what became of an Attempt, and what its time went to. */
export function timelineText(name: string, attempt: AttemptView, now: number): string {
  const { outcome, state, claimedAt, endedAt, runner, patch, logDamage } = attempt;
  const bars = timelineOf(attempt, now);
  const images = [...new Set(attempt.steps.flatMap(({ imageDigest }) => imageDigest ?? []))];
  return [
    `${oneLine(name)}, attempt ${attempt.number}`,
    '',
    `Outcome  ${oneLine(outcome === null ? statuses[state].spoken : describeOutcome(outcome))}`,
    `Runner   ${oneLine(runner)}`,
    `Claimed  ${new Date(claimedAt).toLocaleString()}`,
    `Took     ${formatDuration((endedAt ?? now) - claimedAt)}${endedAt === null ? ' so far' : ''}`,
    `Patch    ${patch === null ? 'none' : patchText(patch)}`,
    `Log      ${logText(attempt)}`,
    ...(logDamage === null ? [] : [`Damage   ${damageText(logDamage)}`]),
    ...images.map((image) => `Image    ${oneLine(image)}`),
    '',
    ...(bars.length === 0
      ? ['Its Runner has not said yet what it does.']
      : timelineLines(bars, barWidth).map(oneLine)),
    '',
  ].join('\n');
}

function logText({ expired, logLength, logSealed, logLimitReached }: AttemptView): string {
  if (expired) return 'deleted, with the Patch, after the time for which they are kept';
  const size = logLength < 1e6 ? `${(logLength / 1000).toFixed(1)} kB` : `${(logLength / 1e6).toFixed(1)} MB`;
  return [size, ...(logLimitReached ? ['cut at its limit'] : []), ...(logSealed ? ['complete'] : [])].join(
    ', ',
  );
}
