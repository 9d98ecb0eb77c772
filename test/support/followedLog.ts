import { FrameDecoder, type LogRecord } from '@flotilla/shared/logs/frame';
import type { ServiceClient } from '../../scripts/launch/serviceClient.ts';

/** What a subscribed client has read of a log. */
export interface FollowedLog extends Disposable {
  readonly records: readonly LogRecord[];
  /** Bytes of the framed stream. */
  readonly length: number;
  /** Whether the service has said that the log is whole. */
  readonly ended: boolean;
  /** What went wrong: a gap, bytes that came twice, an error of the subscription. Empty when nothing did. */
  readonly faults: readonly string[];
}

/** Follows a log from its beginning, as an editor does: by a subscription that resumes by itself. */
export function followLog(
  { api }: ServiceClient,
  attemptId: number,
  onRecords?: (records: readonly LogRecord[]) => void,
): FollowedLog {
  const decoder = new FrameDecoder();
  const records: LogRecord[] = [];
  const faults: string[] = [];
  let length = 0;
  let ended = false;
  const subscription = api.logs.tail.subscribe(
    { attemptId, offset: 0 },
    {
      onData({ data: message }) {
        if (message.offset !== length) faults.push(`at ${length} came what stands at ${message.offset}`);
        if (message.kind === 'end') {
          ended = true;
          return;
        }
        const bytes = Buffer.from(message.data, 'base64');
        length += bytes.length;
        const read = decoder.push(bytes);
        records.push(...read);
        onRecords?.(read);
      },
      onError: (error) => faults.push(error.message),
    },
  );
  return {
    records,
    faults,
    get length() {
      return length;
    },
    get ended() {
      return ended;
    },
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}
