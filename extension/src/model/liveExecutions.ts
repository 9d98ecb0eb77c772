import type { executionsTopic } from '@flotilla/service/executions/executionsTopic';
import { isExecutionEnded } from '@flotilla/shared/lifecycle/executionState';
import type { ExecutionView } from '@flotilla/shared/views';
import { execution } from '../connection/rowShapes.ts';
import type { Collection } from './collection.ts';
import { rowKind } from './liveKind.ts';

/** Executions, newest first: the last hundred, and more where somebody asks for them. */
export const liveExecutions = rowKind<typeof executionsTopic>({
  topic: 'executions',
  shape: execution,
  newestFirst: true,
  parts: { size: 100, most: 500 },
  // However many the feed names.
  mostOfAList: 1000,
});

/** Those that have not ended, as far as they are held. */
export function unendedExecutions(executions: Collection<ExecutionView>): readonly ExecutionView[] {
  return (executions.rows() ?? []).filter(({ state }) => !isExecutionEnded(state));
}
