import { assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownText, type Place } from './shownText.ts';
import { processorMs } from '@flotilla/shared/processorTime';

/** How VS Code finds links in the sentence of a notification and below an input (`linkedText.ts`). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
/** How it finds icons in a label (`iconLabels.ts`). */
const icon = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/;

const oneLiners: readonly Place[] = ['toast', 'choice', 'row', 'problem', 'markdown', 'code'];

describe('a toast', () => {
  test.each([
    '[Show details](command:workbench.action.quit)',
    '[Show details](https://example.com "a title")',
    '[x](file:///etc/passwd)',
    '[a\u200b](command:x)',
    '[a]\u200b(command:x)',
    '[a]\u00ad(command:x)',
    '[[a]](command:x)',
    `${'x'.repeat(380)}[a](command:x)`,
  ])('makes no link of %s', (text) => {
    expect(shownText('toast', text)).not.toMatch(link);
    expect(shownText('dialog', text)).not.toMatch(link);
    expect(shownText('problem', text)).not.toMatch(link);
  });

  test('shows the text as it is, but for what nobody sees', () => {
    expect(shownText('toast', '[Show details](command:x)').replaceAll('\u200b', '')).toBe(
      '[Show details](command:x)',
    );
  });
});

test('a choice and a row draw no icon', () => {
  for (const place of ['choice', 'row', 'tooltip'] as const) {
    expect(shownText(place, '$(bug) $(sync~spin) x')).not.toMatch(icon);
  }
});

test('Markdown is what it was as a text', () => {
  expect(shownText('markdown', '[x](command:y) <b>')).toBe('\\[x\\]\\(command\\:y\\) \\<b\\>');
  expect(shownText('code', 'a ``` b\nc')).toBe('```` a ``` b c ````');
});

test('an entry of the log cannot look like two', () => {
  expect(shownText('log', 'a\n2026-01-01 [info] b\r')).toBe('a\n    2026-01-01 [info] b\ufffd');
});

test('whatever a text is made from, no place makes a link, an icon or another line of it', () => {
  const text = string({
    unit: constantFrom(
      '[',
      ']',
      '(',
      ')',
      '$',
      'command:',
      'https://',
      'a',
      '\n',
      '\u200b',
      '`',
      '\\',
      '\u202e',
    ),
    maxLength: 40,
  });
  assert(
    property(text, (outside) => {
      for (const place of ['toast', 'dialog', 'problem'] as const) {
        expect(shownText(place, outside)).not.toMatch(link);
      }
      for (const place of ['choice', 'row', 'tooltip'] as const) {
        expect(shownText(place, outside)).not.toMatch(icon);
      }
      for (const place of oneLiners) expect(shownText(place, outside)).not.toMatch(/[\n\u202e]/);
    }),
    { numRuns: 2000 },
  );
});

test.each<Place>(['toast', 'dialog', 'choice', 'row', 'tooltip', 'problem', 'markdown', 'code', 'log'])(
  'a text of 10 MB is cut for the place %s before it costs anything',
  (place) => {
    const text = '[`$(\u200b'.repeat(2e6);
    const began = processorMs();
    expect(shownText(place, text).length).toBeLessThan(70_000);
    expect(processorMs() - began).toBeLessThan(500);
  },
);
