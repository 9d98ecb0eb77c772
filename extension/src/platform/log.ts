import { window, type LogOutputChannel } from 'vscode';

/** The extension's own log: *Flotilla: Show Extension Log*. No token is ever written to it. */
export type Log = LogOutputChannel;

export function createLog(): Log {
  return window.createOutputChannel('Flotilla', { log: true });
}
