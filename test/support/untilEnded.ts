import type { ExecutionView } from '@flotilla/shared/views';
import type { TestService } from './testService.ts';
import { waitFor } from './waitFor.ts';

/** Waits until an Execution has ended, which is a moment after its last Job has. */
export function untilEnded({ api }: Pick<TestService, 'api'>, executionId: number): Promise<ExecutionView> {
  return waitFor(`execution ${executionId} to have ended`, async () => {
    const execution = await api.executions.get.query({ executionId });
    return execution.endedAt !== null && execution;
  });
}
