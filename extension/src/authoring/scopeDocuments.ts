import type { KeptScopePreview } from '@flotilla/shared/views';
import { FileChangeType, l10n, Uri, workspace } from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { schemes } from '../contributions/schemes.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { lines } from '../platform/markdown.ts';
import { noSuchDocument, ReadonlyFiles } from '../platform/readonlyFiles.ts';
import { uriPath } from '../platform/uriPath.ts';
import type { ActionText } from './actionText.ts';
import { scopeText } from './scopeText.ts';

interface Previewed {
  readonly bytes: Uint8Array;
  readonly modifiedAt: number;
  readonly scope: KeptScopePreview;
  /** Where the Action's text is. */
  readonly action: Uri;
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
  put(action: ActionText, scope: KeptScopePreview): Uri {
    const { name } = action.definition;
    const uri = Uri.from({
      scheme: schemes.scope,
      path: uriPath(`${name}.flotilla-scope`),
      query: new URLSearchParams({
        action: name,
        scope: scope.query,
        file: action.uri.toString(),
      }).toString(),
    });
    this.#previews.set(uri.toString(), this.#render(name, scope, action.uri));
    this.#files.fireChanged([{ type: FileChangeType.Changed, uri }]);
    return uri;
  }

  /** What a document shows: it is asked for again where VS Code has restored the document. */
  read(uri: Uri): Promise<Pick<Previewed, 'scope' | 'action'>> {
    return this.#read(uri);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #read(uri: Uri): Promise<Previewed> {
    const known = this.#previews.get(uri.toString());
    if (known !== undefined) return known;
    const query = new URLSearchParams(uri.query);
    const scope = query.get('scope');
    const file = query.get('file');
    if (scope === null || file === null) throw noSuchDocument();
    const preview = await this.#connection.use((client) => client.scopes.preview.query({ query: scope }));
    const rendered = this.#render(query.get('action') ?? '', preview, Uri.parse(file, true));
    this.#previews.set(uri.toString(), rendered);
    return rendered;
  }

  #render(actionName: string, scope: KeptScopePreview, action: Uri): Previewed {
    const { state } = this.#connection;
    const host = 'address' in state ? state.address.host : '';
    const askedAt = Date.now();
    const text = scopeText(scope, { actionName, host, askedAt });
    return { bytes: new TextEncoder().encode(text), modifiedAt: askedAt, scope, action };
  }
}
