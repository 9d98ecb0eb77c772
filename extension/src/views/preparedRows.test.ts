import type { TreeItem } from 'vscode';
import { expect, test } from 'vitest';
import { PreparedRows } from './preparedRows.ts';

const nodes = (count: number) => Array.from({ length: count }, (_, at) => at);
const draw = (node: number): TreeItem => ({ label: `row ${node}` });

test('many rows are made in tasks of their own, and handed over once', async () => {
  const rows = new PreparedRows();
  let tasks = 0;
  const counting = setInterval(() => (tasks += 1));
  await rows.prepare(nodes(3000), String, draw);
  clearInterval(counting);
  expect(tasks).toBeGreaterThan(2);
  expect(rows.take('2999')).toEqual({ label: 'row 2999' });
  expect(rows.take('2999')).toBeUndefined();
});

test('few rows are left to whoever asks for them, and rows that nobody asked for are let go', async () => {
  const rows = new PreparedRows();
  await rows.prepare(nodes(3000), String, draw);
  await rows.prepare(nodes(10), String, draw);
  expect([rows.take('1'), rows.take('2999')]).toEqual([undefined, undefined]);
});
