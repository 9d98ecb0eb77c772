import type { runnersTopic } from '@flotilla/service/runners/runnersTopic';
import type { RunnerView } from '@flotilla/shared/views';
import { runner } from '../connection/rowShapes.ts';
import { wholeKind } from './liveKind.ts';

/** All Runners, by name. */
export const liveRunners = wholeKind<typeof runnersTopic>({ topic: 'runners', shape: runner, most: 10_000 });

/** How many of them claim Jobs; undefined before the service has said them. */
export function countOnline(runners: readonly RunnerView[] | undefined): number | undefined {
  return runners?.filter(({ online, draining }) => online && !draining).length;
}
