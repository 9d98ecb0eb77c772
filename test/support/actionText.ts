import { randomUUID } from 'node:crypto';
import type { ExecutionView } from '@flotilla/shared/views';
import type { EditorClient } from './testService.ts';

/** The text of an Action with one Step that changes nothing here: its containers never run in these tests. */
export function actionText(values: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ scopeQuery: 'repo:', steps: [{ type: 'command', args: ['true'] }], ...values });
}

/** Starts an Execution of that Action, over all that its scope matches. */
export function startExecution(
  api: EditorClient['api'],
  values: Readonly<Record<string, unknown>> = {},
): Promise<ExecutionView> {
  return api.executions.create.mutate(executionRequest(values));
}

/** A request for an Execution with a request key of its own. */
export function executionRequest(values: Readonly<Record<string, unknown>> = {}) {
  return {
    requestKey: randomUUID() as string,
    fileName: 'example.action.json',
    text: actionText(values),
    baseVersion: null,
    origin: null,
    repositories: null,
  };
}
