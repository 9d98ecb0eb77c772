import { FlotillaError } from '@flotilla/shared/errors';
import { FileChangeType, l10n, Uri, window, workspace } from 'vscode';
import { schemes } from '../contributions/schemes.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { lines } from '../platform/markdown.ts';
import { ReadonlyFiles, type FileContent } from '../platform/readonlyFiles.ts';
import { uriPath } from '../platform/uriPath.ts';

/** Serves previews of what happens to a Campaign as documents of the scheme `flotilla-campaign`, for as long as they are open. */
export class CampaignDocuments implements Disposable {
  readonly #owned = new Disposables();
  readonly #previews = new Map<string, FileContent>();
  readonly #files = this.#owned.own(new ReadonlyFiles((uri) => this.#read(uri)));

  constructor() {
    this.#owned.own(
      workspace.registerFileSystemProvider(schemes.campaign, this.#files, {
        isCaseSensitive: true,
        isReadonly: lines(l10n.t('This shows what would happen to a Campaign, as of when it was asked.')),
      }),
    );
    this.#owned.own(
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === schemes.campaign) this.#previews.delete(uri.toString());
      }),
    );
  }

  /** Shows a preview, in place of an earlier one of that name; the focus stays where it is. */
  async show(name: string, text: string): Promise<void> {
    const uri = Uri.from({
      scheme: schemes.campaign,
      path: uriPath(`${name}.flotilla-campaign`),
      query: new URLSearchParams({ name }).toString(),
    });
    this.#previews.set(uri.toString(), { bytes: new TextEncoder().encode(text), modifiedAt: Date.now() });
    this.#files.fireChanged([{ type: FileChangeType.Changed, uri }]);
    await window.showTextDocument(uri, { preview: true, preserveFocus: true });
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #read(uri: Uri): Promise<FileContent> {
    const known = this.#previews.get(uri.toString());
    if (known !== undefined) return known;
    throw new FlotillaError(
      'notFound',
      l10n.t('This preview is not kept. Ask for another one, with Create Campaign… or Update Campaign….'),
    );
  }
}
