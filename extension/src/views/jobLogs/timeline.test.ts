import { describe, expect, test } from 'vitest';
import { anAttempt, aStep } from '../../model/builders.ts';
import { runnerTime, timelineLines, timelineOf } from './timeline.ts';

const phase = (
  name: 'fetch' | 'wait' | 'pull' | 'steps' | 'patch' | 'upload',
  from: number,
  to: number | null,
) => ({
  name,
  startedAt: from,
  endedAt: to,
});

describe('the timeline of an Attempt', () => {
  const ended = anAttempt({
    state: 'succeeded',
    queuedAt: 1000,
    claimedAt: 3000,
    endedAt: 9000,
    phases: [phase('steps', 70_000, 74_000), phase('fetch', 69_000, 70_000), phase('patch', 74_000, 74_500)],
    steps: [
      aStep({ index: 0, title: 'npm ci', startedAt: 70_000, endedAt: 73_000 }),
      aStep({ index: 1, title: 'npm test', startedAt: 73_000, endedAt: 74_000 }),
      aStep({ index: 2, title: 'never', startedAt: null }),
    ],
  });

  test('has the wait in the queue, the phases and each Step, whatever the clock of the runner says', () => {
    expect(timelineOf(ended, 0).map(({ name, startMs, endMs }) => [name, startMs, endMs])).toEqual([
      ['queued', 0, 2000],
      ['fetch', 2000, 3000],
      ['1. npm ci', 3000, 6000],
      ['2. npm test', 6000, 7000],
      ['patch', 7000, 7500],
    ]);
  });

  test('knows what the clock of the Runner says from its first phase on', () => {
    const phases = [phase('fetch', 69_000, 70_000), phase('steps', 70_000, null)];
    expect(runnerTime(anAttempt({ claimedAt: 1000, phases }), 3500)).toBe(71_500);
    expect(runnerTime(anAttempt({ claimedAt: 1000 }), 3500)).toBe(3500);
  });

  test('goes on to now while its Attempt lives, and not longer', () => {
    const phases = [phase('fetch', 69_000, null)];
    // The service's clock: by the Runner's it is 71,000.
    const [bar] = timelineOf(anAttempt({ queuedAt: null, claimedAt: 1000, phases }), 3000);
    expect(bar).toEqual({ name: 'fetch', startMs: 0, endMs: 2000, isOpen: true });
    const lost = anAttempt({ state: 'lost', queuedAt: null, endedAt: 5000, phases });
    expect(timelineOf(lost, 71_000)).toEqual([{ name: 'fetch', startMs: 0, endMs: 0, isOpen: false }]);
  });

  test.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('has no absurd bar when the clock of the Runner is %s', (_, skewMs) => {
    const at = 10_000_000;
    const phases = [phase('fetch', at + skewMs, at + skewMs + 500), phase('steps', at + skewMs + 500, null)];
    const bars = timelineOf(anAttempt({ queuedAt: at - 1000, claimedAt: at, phases }), at + 4000);
    expect(bars.map(({ name, startMs, endMs }) => [name, startMs, endMs])).toEqual([
      ['queued', 0, 1000],
      ['fetch', 1000, 1500],
      ['steps', 1500, 5000],
    ]);
  });

  test('is not shorter than what is known, when the clock of this machine is behind', () => {
    const phases = [phase('fetch', 69_000, 70_000), phase('steps', 70_000, null)];
    const [, steps] = timelineOf(anAttempt({ queuedAt: null, claimedAt: 1000, phases }), 500);
    expect(steps).toMatchObject({ startMs: 1000, endMs: 1000 });
  });

  test('is empty before its Runner has said anything', () => {
    expect(timelineOf(anAttempt({ queuedAt: null }), 5000)).toEqual([]);
  });

  test('is drawn with bars in proportion, none of them invisible', () => {
    const bars = timelineOf(ended, 0);
    expect(timelineLines(bars, 15)).toEqual([
      'queued           2.0s  ████',
      'fetch            1.0s      ██',
      '1. npm ci        3.0s        ██████',
      '2. npm test      1.0s              ██',
      'patch           500ms                █',
    ]);
  });
});
