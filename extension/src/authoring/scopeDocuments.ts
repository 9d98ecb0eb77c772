import type { ScopePreview } from '@flotilla/shared/views';
import { FileChangeType, l10n, Uri, workspace } from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { schemes } from '../contributions/schemes.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { lines } from '../platform/markdown.ts';
import { noSuchDocument, ReadonlyFiles } from '../platform/readonlyFiles.ts';
import { uriPath } from '../platform/uriPath.ts';
import { scopeText } from './scopeText.ts';

interface Previewed {
  readonly bytes: Uint8Array;
  readonly modifiedAt: number;
}

/**
 * Serves previews of scopes as documents of the scheme `flotilla-scope`, one for each Action and query. A document that VS Code
 * restores after a reload asks the service again.
 */
export class ScopeDocuments implements Disposable {
  readonly #connection: Connection;
  readonly #owned = new Disposables();
  readonly #previews = new Map<string, Previewed>();
  readonly #files = this.#owned.own(new ReadonlyFiles((uri) => this.#read(uri)));

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#owned.own(
      workspace.registerFileSystemProvider(schemes.scope, this.#files, {
        isCaseSensitive: true,
        isReadonly: lines(l10n.t('This shows what a scope query matched when it was asked.')),
      }),
    );
    this.#owned.own(
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === schemes.scope) this.#previews.delete(uri.toString());
      }),
    );
  }

  /** Makes a preview the contents of the Action's document, and names it. */
  put(actionName: string, preview: ScopePreview): Uri {
    const uri = Uri.from({
      scheme: schemes.scope,
      path: uriPath(`${actionName}.flotilla-scope`),
      query: new URLSearchParams({ action: actionName, scope: preview.query }).toString(),
    });
    this.#previews.set(uri.toString(), this.#render(actionName, preview));
    this.#files.fireChanged([{ type: FileChangeType.Changed, uri }]);
    return uri;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #read(uri: Uri): Promise<Previewed> {
    const known = this.#previews.get(uri.toString());
    if (known !== undefined) return known;
    const query = new URLSearchParams(uri.query);
    const scope = query.get('scope');
    if (scope === null) throw noSuchDocument();
    const preview = await this.#connection.use((client) => client.scopes.preview.query({ query: scope }));
    const rendered = this.#render(query.get('action') ?? '', preview);
    this.#previews.set(uri.toString(), rendered);
    return rendered;
  }

  #render(actionName: string, preview: ScopePreview): Previewed {
    const { state } = this.#connection;
    const host = 'address' in state ? state.address.host : '';
    const askedAt = Date.now();
    const text = scopeText(preview, { actionName, host, askedAt });
    return { bytes: new TextEncoder().encode(text), modifiedAt: askedAt };
  }
}
