/** What the view *Runners* says. Pure: it depends on the rows and the time alone. */
import { oneLine } from '@flotilla/shared/text/oneLine';
import type { QueueView, RunnerJobView, RunnerView } from '@flotilla/shared/views';
import { formatMoment } from '../time.ts';

const separator = ' · ';

/** What a Runner is at. One that is away cannot be asked whether it drains. */
export type RunnerState = 'online' | 'draining' | 'problem' | 'offline';

export function runnerState({ online, draining, problem }: RunnerView): RunnerState {
  if (!online) return 'offline';
  if (problem !== null) return 'problem';
  return draining ? 'draining' : 'online';
}

/** `2/4 · v0.1.0`; before it what keeps it from claiming. `4/4 +2`: two more than it has slots. */
export function runnerText(runner: RunnerView, now: number): string {
  const { capacity, version } = runner;
  const { inSlots, beside } = loadOf(runner);
  const parts = [`${inSlots}/${capacity}${beside > 0 ? ` +${beside}` : ''}`, `v${version}`];
  switch (runnerState(runner)) {
    case 'online':
      return parts.join(separator);
    case 'draining':
      return ['draining', ...parts].join(separator);
    case 'problem':
      return [oneLine(runner.problem ?? ''), ...parts].join(separator);
    case 'offline':
      return [`offline, last seen ${formatMoment(runner.lastSeenAt, now)}`, `v${version}`].join(separator);
  }
}

/**
 * When it last gave a sign of life: of one that is online how long ago that is, else when it was. `now` is the service's
 * time.
 */
export function lastSeenText({ online, lastSeenAt }: RunnerView, now: number): string {
  if (!online) return `Last seen ${new Date(lastSeenAt).toLocaleString()}`;
  return `Last seen ${Math.max(0, Math.round((now - lastSeenAt) / 1000))}s ago`;
}

/** Its live Attempts: those that its slots hold, and those that it prepares ahead or uploads beside them. */
export function loadOf({ running, capacity }: RunnerView): { inSlots: number; beside: number } {
  const inSlots = Math.min(running, capacity);
  return { inSlots, beside: running - inSlots };
}

/** Of a Job that a Runner works on: what it is for, whether it waits for a slot, and since when. */
export function runnerJobText(job: RunnerJobView, now: number): string {
  return [
    `${oneLine(job.actionName)} #${job.executionId}`,
    ...(job.number > 1 ? [`attempt ${job.number}`] : []),
    ...(job.state === 'claimed' ? ['preparing'] : []),
    `since ${formatMoment(job.claimedAt, now)}`,
  ].join(separator);
}

/** `12 ready · 3 held · 4 running`, without what there is none of. */
export function queueText({ ready, held, running }: QueueView): string {
  if (ready + held + running === 0) return 'nothing to do';
  return [
    ...(ready > 0 ? [`${ready} ready`] : []),
    ...(held > 0 ? [`${held} held`] : []),
    ...(running > 0 ? [`${running} running`] : []),
  ].join(separator);
}
