import { l10n, workspace, type Uri } from 'vscode';
import { refusalOf } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { schemes } from '../contributions/schemes.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { lines } from '../platform/markdown.ts';
import { noSuchDocument, ReadonlyFiles } from '../platform/readonlyFiles.ts';
import { fromActionUri } from './actionUri.ts';

/** Serves the versions that the service keeps as documents of the scheme `flotilla-action`. */
export function registerActionDocuments(connection: Connection): Disposable {
  const owned = new Disposables();
  const files = owned.own(
    new ReadonlyFiles(async (uri: Uri) => {
      const kept = fromActionUri(uri);
      if (kept === undefined) throw noSuchDocument();
      try {
        const version = await connection.use((client) => client.actions.get.query(kept));
        return { bytes: new TextEncoder().encode(version.text), modifiedAt: version.createdAt };
      } catch (error) {
        if (refusalOf(error)?.code === 'notFound') throw noSuchDocument();
        throw error;
      }
    }),
  );
  owned.own(
    workspace.registerFileSystemProvider(schemes.action, files, {
      isCaseSensitive: true,
      isReadonly: lines(
        l10n.t(
          'This version is kept by the service and never changes. Copy it into a file to write the next one.',
        ),
      ),
    }),
  );
  return owned;
}
