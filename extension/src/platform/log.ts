import { window, type OutputChannel } from 'vscode';
import type { Disposable } from './disposables.ts';
import { shownText } from './shownText.ts';

/** The extension's own log: *Flotilla: Show Extension Log*. No token is ever written to it. */
export interface Log extends Disposable {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  show(): void;
}

export function createLog(): Log {
  const channel = window.createOutputChannel('Flotilla', { log: true });
  return {
    info: (message) => channel.info(shownText('log', message)),
    warn: (message) => channel.warn(shownText('log', message)),
    error: (message) => channel.error(shownText('log', message)),
    show: () => channel.show(),
    dispose: () => channel.dispose(),
  };
}

/** A channel for a text whose lines are made harmless by who appends them. Its name is that of {@link channelName}. */
export function createChannel(name: string, languageId: string): OutputChannel {
  return window.createOutputChannel(name, languageId);
}

/** A name as the list of channels shows it. */
export function channelName(text: string): string {
  return shownText('row', text);
}
