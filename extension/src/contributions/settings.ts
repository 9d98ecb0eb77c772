import { workspace, type Uri } from 'vscode';

/** The settings that package.json declares, with their types. Defaults live there alone. */
export interface Settings {
  'server.url': string;
  'server.allowInsecure': boolean;
  notifications: 'mine' | 'failures' | 'off';
  'codeLens.enabled': boolean;
  'statusBar.enabled': boolean;
}

export const settingsSection = 'flotilla';

/** The value of a setting, for a document where it can differ between folders. */
export function readSetting<K extends keyof Settings>(name: K, resource?: Uri): Settings[K] {
  const value = workspace.getConfiguration(settingsSection, resource).get<Settings[K]>(name);
  if (value === undefined)
    throw new Error(`package.json does not declare the setting ${settingsSection}.${name}`);
  return value;
}
