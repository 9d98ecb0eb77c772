/** What the time of an Attempt went to. Pure: it depends on the rows and the service's time alone. */
import type { AttemptView } from '@flotilla/shared/views';
import { stepName } from '../rowText.ts';
import { formatDuration } from '../time.ts';

/** One phase of an Attempt, in milliseconds from the moment when its Job could have been claimed. */
export interface TimelineBar {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Whether it still goes on; then `endMs` is now. */
  readonly isOpen: boolean;
}

interface Span {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

/**
 * What the clock of an Attempt's Runner says at a time of the service's. The Runner began when it had claimed, so that what
 * has passed since by the one clock has passed by the other too.
 */
export function runnerTime(attempt: AttemptView, now: number): number {
  const begins = spansOf(attempt).map(({ startedAt }) => startedAt);
  return begins.length === 0 ? now : Math.min(...begins) + Math.max(0, now - attempt.claimedAt);
}

/**
 * The phases and Steps in the order in which they began. Their times are by the runner's clock, the wait in the queue is
 * by the service's: the two are put behind each other, so that clocks that differ do not show.
 */
export function timelineOf(attempt: AttemptView, now: number): readonly TimelineBar[] {
  const { claimedAt } = attempt;
  // A service that is older than this window does not say it.
  const queuedAt = attempt.queuedAt ?? null;
  const queuedMs = queuedAt === null ? 0 : Math.max(0, claimedAt - queuedAt);
  const spans = spansOf(attempt).toSorted((a, b) => a.startedAt - b.startedAt);
  const origin = spans[0]?.startedAt ?? now;
  const nowThere = runnerTime(attempt, now);
  // An Attempt that has ended has no phase that goes on, whatever was last heard of it.
  const last = Math.max(origin, ...spans.map(({ startedAt, endedAt }) => endedAt ?? startedAt));
  const openEnd = attempt.endedAt === null ? Math.max(last, nowThere) : last;
  return [
    ...(queuedAt === null ? [] : [{ name: 'queued', startMs: 0, endMs: queuedMs, isOpen: false }]),
    ...spans.map(({ name, startedAt, endedAt }) => ({
      name,
      startMs: queuedMs + startedAt - origin,
      endMs: queuedMs + Math.max(startedAt, endedAt ?? openEnd) - origin,
      isOpen: endedAt === null && attempt.endedAt === null,
    })),
  ];
}

/** The phases without that of all Steps together, and each Step that began. */
function spansOf({ phases, steps }: AttemptView): readonly Span[] {
  const begun = steps.flatMap((step): Span[] => {
    const { startedAt, endedAt } = step;
    return startedAt === null ? [] : [{ name: stepName(step), startedAt, endedAt }];
  });
  return [...phases.filter(({ name }) => name !== 'steps' || begun.length === 0), ...begun];
}

/** Characters of the longest duration: `23h 59m…`. */
const tookWidth = 8;

/** One line for each bar: name, how long, bar. `width` is that of the bars, in characters. */
export function timelineLines(bars: readonly TimelineBar[], width: number): readonly string[] {
  const total = Math.max(1, ...bars.map(({ endMs }) => endMs));
  const names = Math.max(0, ...bars.map(({ name }) => name.length));
  return bars.map(({ name, startMs, endMs, isOpen }) => {
    const from = Math.min(width - 1, Math.floor((startMs / total) * width));
    const to = Math.max(from + 1, Math.round((endMs / total) * width));
    const bar = `${' '.repeat(from)}${(isOpen ? '▒' : '█').repeat(to - from)}`;
    const took = `${formatDuration(endMs - startMs)}${isOpen ? '…' : ''}`;
    return `${name.padEnd(names)}  ${took.padStart(tookWidth)}  ${bar}`.trimEnd();
  });
}
