import { commands } from 'vscode';
import type { ConnectionState } from '../connection/connectionState.ts';

/** The context keys of package.json's when clauses, with the values they can have. */
export interface ContextKeys {
  'flotilla:configured': boolean;
  'flotilla:connection': ConnectionState['kind'];
  'flotilla:runners': 'unknown' | 'none' | 'some';
  'flotilla:actionsLoaded': boolean;
  'flotilla:executionsLoaded': boolean;
  'flotilla:campaignsLoaded': boolean;
  /** Whether the multi-diff editor in front shows an Execution. */
  'flotilla:reviewInFront': boolean;
  'flotilla:runnersLoaded': boolean;
}

const current = new Map<string, unknown>();

/** Sets a context key, where it changes. */
export function setContextKey<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void commands.executeCommand('setContext', key, value);
}
