import { FrameDecoder, FrameError, type LogRecord } from '@flotilla/shared/logs/frame';
import type { AttemptState } from '@flotilla/shared/lifecycle/attemptLifecycle';
import type { LogMessage } from '@flotilla/shared/views';
import { onDispose, type Disposable } from '../platform/disposables.ts';
import { fromBase64 } from './base64.ts';

/** Between an error of the stream and the next try. */
const againMs = 2000;

export interface LogListener {
  readonly onRecords: (records: readonly LogRecord[]) => void;
  /** The Attempt has ended and its whole log has come. */
  readonly onEnd: (state: AttemptState) => void;
  /** The stream was cut, and is asked for again from where it was. */
  readonly onProblem: (error: unknown) => void;
  /** The service has no such log, or none any more, and says so in a sentence. It is not asked for again. */
  readonly onRefused: (sentence: string) => void;
}

/** Asks for a log from an offset on: `logs.tail` of the service. */
export type Tail = (
  offset: number,
  callbacks: {
    readonly onMessage: (message: LogMessage) => void;
    readonly onError: (error: unknown) => void;
    readonly onRefused: (sentence: string) => void;
    readonly onComplete: () => void;
  },
) => Disposable;

/**
 * Follows the log of an Attempt to its end, through any number of cuts. The offset is kept here: bytes that come
 * twice are left out, and where bytes are missing the stream is asked for again, so no line is lost or doubled.
 */
export function followLog(tail: Tail, listener: LogListener): Disposable {
  const decoder = new FrameDecoder();
  let offset = 0;
  /** Where bytes were missing the last time. */
  let gapAt: number | undefined;
  let isOver = false;
  let stream: Disposable | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    stream?.dispose();
  };
  const again = () => {
    clearTimeout(timer);
    if (!isOver) timer = setTimeout(ask, againMs);
  };
  const onChunk = (start: number, data: Uint8Array) => {
    if (start > offset) {
      listener.onProblem(new Error(`The log came from byte ${start}, and byte ${offset} was next.`));
      stream?.dispose();
      stream = undefined;
      // Once at once; whoever goes on leaving out the same bytes is not asked without end.
      if (gapAt === offset) again();
      else ask();
      gapAt = offset;
      return;
    }
    const rest = data.subarray(offset - start);
    if (rest.length === 0) return;
    offset += rest.length;
    listener.onRecords(decoder.push(rest));
  };
  /** What is no base64 or no frames stays so when it is asked for again. */
  const read = (start: number, data: string) => {
    try {
      onChunk(start, fromBase64(data));
    } catch (error) {
      stop();
      listener.onRefused(
        error instanceof FrameError ? error.message : 'The log cannot be read: it is damaged.',
      );
    }
  };
  const ask = () => {
    stream?.dispose();
    // Messages of a stream that was replaced may still come.
    const isCurrent = () => !isOver && stream === asked;
    const asked = tail(offset, {
      onMessage: (message) => {
        if (!isCurrent()) return;
        if (message.kind === 'chunk') read(message.offset, message.data);
        else {
          stop();
          listener.onEnd(message.state);
        }
      },
      onError: (error) => {
        if (!isCurrent()) return;
        listener.onProblem(error);
        again();
      },
      onRefused: (sentence) => {
        if (!isCurrent()) return;
        stop();
        listener.onRefused(sentence);
      },
      onComplete: () => {
        if (isCurrent()) again();
      },
    });
    stream = asked;
  };
  ask();
  return onDispose(stop);
}
