import { FrameDecoder } from '@flotilla/shared/logs/frame';
import { safeFileNames } from '@flotilla/shared/text/safeFileNames';
import { CancellationError, l10n, Uri, workspace } from 'vscode';
import type { FlotillaClient } from '../connection/client.ts';
import { fromBase64 } from '../logs/base64.ts';
import { askForNewFile } from '../platform/inputs.ts';
import { withCancellableProgress } from '../platform/progress.ts';
import type { App } from './app.ts';
import { attemptOf } from './pickExecution.ts';

/** Bytes of one read; the service gives no more at once. */
const readBytes = 1024 * 1024;

/** Writes the whole log of an Attempt to a file: the bytes as the Steps wrote them, colours included. */
export async function saveLog(app: App, argument: unknown): Promise<void> {
  const { job, attempt } = await attemptOf(app, argument, l10n.t('The log of which Job?'));
  const [name = 'log'] = safeFileNames([job.repository], `-attempt-${attempt.number}.log`);
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await askForNewFile({
    ...(folder === undefined ? {} : { defaultUri: Uri.joinPath(folder, name) }),
    saveLabel: l10n.t('Save Log'),
  });
  if (target === undefined) throw new CancellationError();
  const bytes = await withCancellableProgress(l10n.t('Reading the log…'), (signal, report) =>
    app.connection.use((client) => readLog(client, attempt.id, signal, report)),
  );
  await workspace.fs.writeFile(target, bytes);
}

async function readLog(
  client: FlotillaClient,
  attemptId: number,
  signal: AbortSignal,
  report: (message: string) => void,
): Promise<Uint8Array> {
  const decoder = new FrameDecoder();
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (;;) {
    const { data, end } = await client.logs.read.query({ attemptId, offset, limit: readBytes }, { signal });
    const chunk = fromBase64(data);
    if (chunk.length === 0) break;
    offset += chunk.length;
    parts.push(...decoder.push(chunk).map((record) => record.data));
    report(l10n.t('{0} of {1} MB', (offset / 1e6).toFixed(1), (end / 1e6).toFixed(1)));
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
