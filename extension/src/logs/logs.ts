import { messageOf } from '@flotilla/shared/errors';
import { shortened } from '@flotilla/shared/text/oneLine';
import type { AttemptView } from '@flotilla/shared/views';
import { l10n } from 'vscode';
import { refusalOf, type FlotillaClient } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { Disposables, onDispose, type Disposable } from '../platform/disposables.ts';
import type { Log } from '../platform/log.ts';
import { LogChannel } from './logChannel.ts';
import { LogDecorations } from './logDecorations.ts';
import type { Tail } from './logFollower.ts';

/** So many logs have a channel; the one that was opened longest ago goes, an ended one first. */
const maxChannels = 10;
/** Characters of a Job's name in that of a channel, which ends with what no other has. */
const nameCharacters = 200;

/** The logs that are shown: one output channel for each followed Attempt. */
export class Logs implements Disposable {
  readonly #connection: Connection;
  readonly #log: Log;
  readonly #owned = new Disposables();
  /** In the order in which they were last opened. */
  readonly #channels = new Map<number, LogChannel>();

  constructor(connection: Connection, log: Log) {
    this.#connection = connection;
    this.#log = log;
    this.#owned.own(new LogDecorations(() => this.#channels.values()));
    this.#owned.own(onDispose(() => this.#letAllGo()));
    this.#owned.own(connection.onDidChangeServer(() => this.#letAllGo()));
  }

  /**
   * Shows the log of an Attempt of the Job that is called so, and follows it while it grows. With a step, from where that
   * begins.
   */
  show(jobName: string, attempt: AttemptView, step?: number): void {
    const channel = this.#channels.get(attempt.id) ?? this.#open(jobName, attempt);
    this.#channels.delete(attempt.id);
    this.#channels.set(attempt.id, channel);
    this.#letGo();
    channel.show();
    if (step !== undefined) channel.revealStep(step);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #open(jobName: string, attempt: AttemptView): LogChannel {
    return new LogChannel({
      name: `${shortened(jobName, nameCharacters)} · ${l10n.t('attempt {0}', attempt.number)} (${attempt.id})`,
      tail: this.#tailOf(attempt.id),
      onProblem: (error) =>
        this.#log.warn(`The log of attempt ${attempt.id} was cut and goes on: ${String(error)}`),
    });
  }

  /** Asks for the log whenever the service can be reached; while it is followed the connection is held. */
  #tailOf(attemptId: number): Tail {
    return (offset, { onMessage, onError, onRefused, onComplete }) => {
      const onFailure = (error: unknown) =>
        refusalOf(error)?.code === 'notFound' ? onRefused(messageOf(error)) : onError(error);
      const owned = new Disposables();
      owned.own(this.#connection.hold());
      const ask = (client: FlotillaClient) => {
        const subscription = client.logs.tail.subscribe(
          { attemptId, offset },
          { onData: ({ data }) => onMessage(data), onError: onFailure, onComplete },
        );
        owned.own(onDispose(() => subscription.unsubscribe()));
      };
      this.#connection.use((client) => Promise.resolve(ask(client))).catch(onError);
      return owned;
    };
  }

  #letGo(): void {
    while (this.#channels.size > maxChannels) {
      const others = [...this.#channels].slice(0, -1);
      const [attemptId, channel] = others.find(([, candidate]) => candidate.isEnded) ?? others[0] ?? [];
      if (attemptId === undefined) return;
      this.#channels.delete(attemptId);
      channel?.dispose();
    }
  }

  #letAllGo(): void {
    for (const channel of this.#channels.values()) channel.dispose();
    this.#channels.clear();
  }
}
