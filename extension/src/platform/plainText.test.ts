import { expect, test } from 'vitest';
import { escapeMarkdown, oneLine, withoutIcons } from './plainText.ts';

test('a name with control characters and direction marks is one visible line', () => {
  expect(oneLine('a\nb\u001b[31m\u202ec')).toBe('a\ufffdb\ufffd[31m\ufffdc');
});

test('a name cannot draw an icon', () => {
  expect(withoutIcons('$(bug) x')).not.toContain('$(bug)');
});

test('a name cannot be Markdown', () => {
  expect(escapeMarkdown('[x](command:y) <b>')).toBe('\\[x\\]\\(command\\:y\\) \\<b\\>');
});
