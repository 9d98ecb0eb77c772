import { FrameDecoder } from '@flotilla/shared/logs/frame';
import { l10n } from 'vscode';
import type { FlotillaClient } from '../connection/client.ts';
import { fromBase64 } from '../logs/base64.ts';
import { LogText } from '../logs/logText.ts';

/** Bytes of one read; the service gives no more at once. */
const readBytes = 1024 * 1024;
/** Bytes of a log that is compared: what VS Code still compares in a moment. */
const maxBytes = 4 * readBytes;

/** The log of an Attempt as text, without its colours; of a long one the beginning, and at its end that it was cut. */
export async function readAttemptLog(client: FlotillaClient, attemptId: number): Promise<string> {
  const decoder = new FrameDecoder();
  const text = new LogText();
  let written = '';
  for (let offset = 0; ;) {
    const { data, end } = await client.logs.read.query({ attemptId, offset, limit: readBytes });
    const chunk = fromBase64(data);
    if (chunk.length === 0) return written + text.settle().text;
    offset += chunk.length;
    written += text.push(decoder.push(chunk)).text;
    if (offset >= maxBytes && offset < end) {
      const sentence = l10n.t(
        'The log goes on: {0} of {1} MB are compared. "Flotilla: Save Log…" writes the whole of it to a file.',
        (offset / 1e6).toFixed(1),
        (end / 1e6).toFixed(1),
      );
      return written + text.note(sentence).text;
    }
  }
}
