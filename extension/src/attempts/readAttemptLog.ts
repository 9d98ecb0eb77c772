import type { FlotillaClient } from '../connection/client.ts';
import { logChunks } from '../logs/logChunks.ts';
import { LogText } from '../logs/logText.ts';

/** Bytes of a log that is compared: what VS Code still compares in a moment. */
const maxBytes = 4 * 1024 * 1024;

/** The log of an Attempt as text, without its colours; of a long one the beginning, and at its end that it was cut. */
export async function readAttemptLog(
  client: Pick<FlotillaClient, 'logs'>,
  attemptId: number,
): Promise<string> {
  const text = new LogText();
  let written = '';
  for await (const { records, offset, end } of logChunks(client, attemptId)) {
    written += text.push(records).text;
    if (offset < maxBytes) continue;
    if (offset === end) break;
    const size = `${(offset / 1e6).toFixed(1)} of ${(end / 1e6).toFixed(1)} MB`;
    const sentence = `The log goes on: ${size} are compared. "Flotilla: Save Log…" writes the whole of it to a file.`;
    return written + text.note(sentence).text;
  }
  return written + text.settle().text;
}
