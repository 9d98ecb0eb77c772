import { expect, test } from 'vitest';
import { unsoundName } from './unsoundName.ts';

test.each(['web', 'team/web', 'team/sub/web.js', 'ü/#1 %20', 'a-b/c--d'])('%s is sound', (name) => {
  expect(unsoundName(name)).toBeUndefined();
});

test.each(['', '/a', 'a/', 'a//b', '../a', 'a/..', './a', '-a', 'a/-b', 'a\nb', 'a\u202eb', 'a\0b'])(
  '%j is not',
  (name) => {
    expect(unsoundName(name)).toMatch(/^its name/);
  },
);
