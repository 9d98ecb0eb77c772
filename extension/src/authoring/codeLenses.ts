import {
  CodeLens,
  EventEmitter,
  l10n,
  languages,
  Range,
  workspace,
  type TextDocument,
  type Uri,
} from 'vscode';
import { schemes } from '../contributions/schemes.ts';
import { readSetting, settingsSection } from '../contributions/settings.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import type { ScopeDocuments } from './scopeDocuments.ts';

/**
 * `Run Action… | Preview Scope | Run on One Repository…` above the text of an Action, `Run on These Repositories…` above a
 * preview that has any.
 */
export function registerCodeLenses(previews: Pick<ScopeDocuments, 'read'>): Disposable {
  const owned = new Disposables();
  const changed = owned.own(new EventEmitter<void>());
  owned.own(
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${settingsSection}.codeLens`)) changed.fire();
    }),
  );
  owned.own(
    languages.registerCodeLensProvider(
      [{ pattern: '**/*.action.{json,jsonc}' }, { scheme: schemes.action }],
      {
        onDidChangeCodeLenses: changed.event,
        provideCodeLenses: (document) =>
          readSetting('codeLens.enabled', document.uri) ? lensesOf(document) : [],
      },
    ),
  );
  owned.own(
    languages.registerCodeLensProvider(
      { scheme: schemes.scope },
      {
        onDidChangeCodeLenses: changed.event,
        async provideCodeLenses({ uri }) {
          if (!readSetting('codeLens.enabled', uri)) return [];
          const { scope } = await previews.read(uri);
          return scope.targets.length === 0 ? [] : [lensOfPreview(uri)];
        },
      },
    ),
  );
  return owned;
}

function lensesOf(document: TextDocument): CodeLens[] {
  const place = new Range(0, 0, 0, 0);
  const lens = (title: string, command: string) =>
    new CodeLens(place, { title, command, arguments: [document.uri] });
  return [
    lens(`$(play)\u00a0${l10n.t('Run Action…')}`, 'flotilla.runAction'),
    lens(`$(list-tree)\u00a0${l10n.t('Preview Scope')}`, 'flotilla.previewScope'),
    lens(l10n.t('Run on One Repository…'), 'flotilla.runOnOneRepository'),
  ];
}

/** Runs just what the document shows. */
function lensOfPreview(uri: Uri): CodeLens {
  const title = `$(play)\u00a0${l10n.t('Run on These Repositories…')}`;
  return new CodeLens(new Range(0, 0, 0, 0), { title, command: 'flotilla.runAction', arguments: [uri] });
}
