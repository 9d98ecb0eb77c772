import type { queueTopic } from '@flotilla/service/runners/queueTopic';
import { queue } from '../connection/rowShapes.ts';
import { wholeKind } from './liveKind.ts';

/** How much there is to do: one row. */
export const liveQueue = wholeKind<typeof queueTopic>({ topic: 'queue', shape: queue, most: 1 });
