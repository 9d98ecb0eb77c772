import { expect, test } from 'vitest';
import { isTabOf } from './isTabOf.ts';

test.each(['node-24 #1', 'node-24 #1 (8 files)', 'node-24 #1 (2/3) (100 files)', 'node-24 #1 (1 file)'])(
  'the tab "%s" is that of its Execution',
  (label) => {
    expect(isTabOf(label, 'node-24 #1')).toBe(true);
  },
);

test.each(['node-24 #11 (8 files)', 'node-24 #1 (update) (8 files)', 'my node-24 #1', ''])(
  'the tab "%s" is another one',
  (label) => {
    expect(isTabOf(label, 'node-24 #1')).toBe(false);
  },
);
