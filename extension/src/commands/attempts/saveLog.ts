import { FlotillaError } from '@flotilla/shared/errors';
import { targetFileNames } from '@flotilla/shared/target/targetFileNames';
import { CancellationError, l10n, Uri, workspace } from 'vscode';
import { liveJobs } from '../../model/liveJobs.ts';
import type { FlotillaClient } from '../../connection/client.ts';
import { logChunks } from '../../logs/logChunks.ts';
import { askForNewFile } from '../../platform/inputs.ts';
import { withCancellableProgress } from '../../platform/progress.ts';
import type { App } from '../app.ts';
import { attemptOf } from '../executions/pickExecution.ts';

/** The most bytes that are saved; they are held until all have come. */
const maxSavedBytes = 1e9;

/** Writes the whole log of an Attempt to a file: the bytes as the Steps wrote them, colours included. */
export async function saveLog(app: App, argument: unknown): Promise<void> {
  const { job, attempt } = await attemptOf(app, argument, l10n.t('The log of which Job?'));
  const jobs = [...(await app.model.of(liveJobs).load(job.executionId)), job];
  const name = targetFileNames(jobs, `-attempt-${attempt.number}.log`)(job);
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
  const parts: Uint8Array[] = [];
  for await (const { records, offset, end } of logChunks(client, attemptId, signal)) {
    if (offset > maxSavedBytes) {
      throw new FlotillaError(
        'unavailable',
        l10n.t('The log has more than 1 GB, which is not saved from here.'),
      );
    }
    parts.push(...records.map((record) => record.data));
    report(l10n.t('{0} of {1} MB', (offset / 1e6).toFixed(1), (end / 1e6).toFixed(1)));
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
