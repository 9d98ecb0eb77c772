import { expect, test } from 'vitest';
import { anAttempt } from '../model/builders.ts';
import { timelineText } from './timelineText.ts';

test('the timeline of an Attempt says in what its stored log is not the one that was written', () => {
  const ended = anAttempt({ state: 'succeeded', endedAt: 5000 });
  const damaged = { ...ended, logDamage: 'A log frame names descriptor 7; the log is damaged.' };
  const lines = (attempt: typeof ended) => timelineText('web', attempt, 5000).split('\n');
  expect(lines(damaged)).toContain(
    'Damage   The stored log is not what the runner wrote: A log frame names descriptor 7; the log is damaged.',
  );
  expect(lines(ended).join()).not.toContain('Damage');
});
