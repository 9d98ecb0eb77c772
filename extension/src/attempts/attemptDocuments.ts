import { FlotillaError, messageOf } from '@flotilla/shared/errors';
import { FileChangeType, FileSystemError, l10n, MarkdownString, Uri, workspace } from 'vscode';
import type { FlotillaClient } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { schemes } from '../contributions/schemes.ts';
import type { LiveModel } from '../model/liveModel.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { ReadonlyFiles, type FileContent } from '../platform/readonlyFiles.ts';
import { fromAttemptUri, toAttemptUri, type AttemptDocument } from './attemptUri.ts';
import { readAttemptLog } from './readAttemptLog.ts';
import { queuedSince } from '../views/timeline.ts';
import { timelineText } from './timelineText.ts';

/**
 * Serves timelines and logs of Attempts as documents of the scheme `flotilla-attempt`. A timeline moves with its Attempt; a
 * log is as it was when it was opened.
 */
export class AttemptDocuments implements Disposable {
  readonly #connection: Connection;
  readonly #owned = new Disposables();
  readonly #read = new Map<string, Promise<FileContent>>();
  readonly #files = this.#owned.own(new ReadonlyFiles((uri) => this.#content(uri)));

  constructor(connection: Connection, model: LiveModel) {
    this.#connection = connection;
    this.#owned.own(
      workspace.registerFileSystemProvider(schemes.attempt, this.#files, {
        isCaseSensitive: true,
        isReadonly: new MarkdownString(l10n.t('This shows an Attempt as its Runner reported it.')),
      }),
    );
    this.#owned.own(
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === schemes.attempt) this.#read.delete(uri.toString());
      }),
    );
    this.#owned.own(model.onDidChange(({ attempts }) => this.#renew(attempts)));
  }

  uriOf(document: AttemptDocument): Uri {
    return Uri.from(toAttemptUri(document));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Both questions that VS Code asks for a document get one answer. A failure is not kept. */
  #content(uri: Uri): Promise<FileContent> {
    const key = uri.toString();
    const content = this.#read.get(key) ?? this.#fetch(uri);
    this.#read.set(key, content);
    content.catch(() => this.#read.delete(key));
    return content;
  }

  async #fetch(uri: Uri): Promise<FileContent> {
    const document = fromAttemptUri(uri);
    if (document === undefined) throw FileSystemError.FileNotFound(uri);
    const { state } = this.#connection;
    if ('address' in state && state.address.origin !== document.origin) {
      throw FileSystemError.Unavailable(
        l10n.t('This is of the service at {0}, and this window is connected to another.', document.origin),
      );
    }
    try {
      const text = await this.#connection.use((client) =>
        document.kind === 'log' ? readAttemptLog(client, document.attemptId) : readTimeline(client, document),
      );
      return { bytes: new TextEncoder().encode(text), modifiedAt: Date.now() };
    } catch (error) {
      if (error instanceof FlotillaError && error.code === 'notFound') {
        throw FileSystemError.FileNotFound(error.message);
      }
      throw FileSystemError.Unavailable(messageOf(error));
    }
  }

  /** Timelines of Attempts of these Jobs are read again. */
  #renew(jobIds: ReadonlySet<number>): void {
    if (jobIds.size === 0) return;
    const moved = [...this.#read.keys()]
      .map((key) => Uri.parse(key))
      .filter((uri) => {
        const document = fromAttemptUri(uri);
        return document?.kind === 'timeline' && jobIds.has(document.jobId);
      });
    for (const uri of moved) this.#read.delete(uri.toString());
    this.#files.fireChanged(moved.map((uri) => ({ type: FileChangeType.Changed, uri })));
  }
}

async function readTimeline(client: FlotillaClient, document: AttemptDocument): Promise<string> {
  const { jobId, attemptId, repository } = document;
  const [attempts, job] = await Promise.all([
    client.attempts.list.query({ jobId }),
    client.jobs.get.query({ jobId }),
  ]);
  const attempt = attempts.find(({ id }) => id === attemptId);
  if (attempt === undefined) {
    throw new FlotillaError('notFound', l10n.t('The service has no such Attempt any more.'));
  }
  const execution = await client.executions.get.query({ executionId: job.executionId });
  const since = queuedSince(attempt, attempts, execution);
  return timelineText({ repository, attempt, since }, Date.now());
}
