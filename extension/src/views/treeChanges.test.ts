import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TreeChanges } from './treeChanges.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A tree of parents with rows below them: `a` and `a 1`, `a 2`, … */
function openTree() {
  const outdated = new Set<string>();
  const looked: string[] = [];
  const fired: (string[] | 'all')[] = [];
  const changes = new TreeChanges<string>(
    {
      parentOf: (node) => (node.includes(' ') ? node.split(' ')[0] : undefined),
      isOutdated(node) {
        looked.push(node);
        return outdated.has(node);
      },
    },
    1000,
  );
  changes.event((nodes) => fired.push(nodes === undefined ? 'all' : [nodes].flat()));
  return { changes, outdated, looked, fired };
}

const below = (parent: string, count: number) => Array.from({ length: count }, (_, at) => `${parent} ${at}`);

describe('a row', () => {
  test('that looks as VS Code shows it is not drawn again', () => {
    const { changes, outdated, fired } = openTree();
    outdated.add('a 2');
    changes.look(['a 1', 'a 2']);
    vi.advanceTimersByTime(0);
    expect(fired).toEqual([['a 2']]);
  });

  test('is looked at four times a second, however often it changes', () => {
    const { changes, looked } = openTree();
    for (let ms = 0; ms < 900; ms += 10) {
      changes.look(['a 1']);
      vi.advanceTimersByTime(10);
    }
    expect(looked).toHaveLength(4);
  });

  test('that has other rows below it is drawn again whatever it looks like, and takes them along', () => {
    const { changes, outdated, fired } = openTree();
    outdated.add('a 1');
    changes.redraw(['a']);
    changes.look(['a 1', 'b 1']);
    vi.advanceTimersByTime(0);
    expect(fired).toEqual([['a']]);
  });
});

describe('many rows', () => {
  test('are looked at some at a time', () => {
    const { changes, outdated, looked, fired } = openTree();
    for (const node of below('a', 900)) outdated.add(node);
    changes.look(below('a', 900));
    vi.advanceTimersByTime(0);
    expect(looked).toHaveLength(500);
    vi.advanceTimersByTime(250);
    expect(looked).toHaveLength(900);
    expect(fired.map((nodes) => nodes.length)).toEqual([500, 400]);
  });

  test('below one that have all changed are drawn with that one', () => {
    const { changes, outdated, looked, fired } = openTree();
    outdated.add('b 7');
    changes.look([...below('a', 5000), 'b 7']);
    vi.advanceTimersByTime(0);
    expect(fired).toEqual([['a', 'b 7']]);
    expect(looked).toEqual(['b 7']);
  });
});

describe('while VS Code waits for rows', () => {
  test('nothing is drawn again; afterwards what changed meanwhile is', async () => {
    const { changes, fired } = openTree();
    const { promise, resolve } = Promise.withResolvers<string[]>();
    const loading = changes.load('a', () => promise);
    changes.redraw(['b']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(fired).toEqual([]);
    resolve([]);
    await loading;
    await vi.advanceTimersByTimeAsync(250);
    expect(fired).toEqual([['b']]);
  });

  test('for those of the root, the whole tree need not be drawn again', async () => {
    const { changes, fired } = openTree();
    const { promise, resolve } = Promise.withResolvers<string[]>();
    const loading = changes.load(undefined, () => promise);
    changes.redrawAll();
    resolve([]);
    await loading;
    await vi.advanceTimersByTimeAsync(2000);
    expect(fired).toEqual([]);
    changes.redrawAll();
    await vi.advanceTimersByTimeAsync(1000);
    expect(fired).toEqual(['all']);
  });
});
