import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { forgetPeak, residentBytes } from '../../support/residentBytes.ts';
import type { EditorReport, EditorTask } from './editor.ts';

const mebibyte = 1024 * 1024;

/** What one answer of a service may cost an editor at most. */
export interface EditorBounds {
  /** How long the event loop may be held up, in milliseconds: VS Code's other extensions wait as well. */
  readonly heldUpMs: number;
  /** By how much the editor's process may grow, in bytes. */
  readonly memoryBytes: number;
  /** How long the task may take, in milliseconds. */
  readonly taskMs: number;
}

const standardBounds: EditorBounds = { heldUpMs: 1000, memoryBytes: 200 * mebibyte, taskMs: 20_000 };

/** An editor that is attacked by its service. */
export interface AttackedEditor extends AsyncDisposable {
  /** Does a task and asserts what it cost, and that no exception was left to VS Code. Returns what came of it. */
  withinBounds(task: EditorTask, bounds?: Partial<EditorBounds>): Promise<EditorReport>;
}

/** Starts one. */
export function startEditor(): AttackedEditor {
  const child = fork(fileURLToPath(new URL('editor.ts', import.meta.url)), {
    execArgv: ['--expose-gc'],
  });
  const exited = once(child, 'exit');
  const { pid = 0 } = child;
  return {
    async withinBounds(task, bounds = {}) {
      const allowed = { ...standardBounds, ...bounds };
      const answered = once(child, 'message', { signal: AbortSignal.timeout(allowed.taskMs) });
      await forgetPeak(pid);
      const before = await residentBytes(pid, 'now');
      child.send(task);
      const [report] = (await answered) as [EditorReport];
      const grownBytes = (await residentBytes(pid, 'peak')) - before;
      expect(report.uncaught, 'exceptions that nobody caught').toEqual([]);
      expect(report.longestMs, 'how long the event loop was held up, in ms').toBeLessThanOrEqual(
        allowed.heldUpMs,
      );
      expect(grownBytes / mebibyte, 'by how much the editor grew, in MiB').toBeLessThanOrEqual(
        allowed.memoryBytes / mebibyte,
      );
      return report;
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await exited;
    },
  };
}
