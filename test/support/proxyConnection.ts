import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Of a connection through a proxy: from the client to the server, or back. */
export type Way = 'requests' | 'answers';

/** What a proxy does to the data of all its connections. */
export interface Weather {
  readonly delayMs: number;
  readonly bytesPerSecond: number;
  /** Ways on which data waits. */
  readonly held: Readonly<Record<Way, boolean>>;
}

interface Surroundings {
  readonly weather: () => Weather;
  /** Resolves when the weather changes. */
  readonly changed: () => Promise<void>;
  readonly answers?: (data: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
}

/** One connection through a proxy: `near` is the client's socket, `far` the server's. */
export class Connection {
  /** Resolves when both sides are closed. */
  readonly over: Promise<void>;
  /** First line that the client sent, e.g. `GET /runner HTTP/1.1`; empty before it did. */
  request = '';
  /** Pieces of data that are held back now. */
  readonly waiting: Record<Way, number> = { requests: 0, answers: 0 };
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #surroundings: Surroundings;
  #frozen = false;

  constructor(near: Socket, far: Socket, surroundings: Surroundings) {
    this.#near = near;
    this.#far = far;
    this.#surroundings = surroundings;
    const closed = [near, far].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    this.over = Promise.all(closed).then(() => undefined);
    this.#tie(near, far);
    this.#tie(far, near);
    void this.#carry('requests', near, far);
    void this.#carry('answers', surroundings.answers?.(far) ?? far, near);
  }

  /** Which sides have not closed it. */
  get open(): { readonly client: boolean; readonly server: boolean } {
    return { client: !this.#near.closed, server: !this.#far.closed };
  }

  drop(): void {
    this.#frozen = false;
    this.#near.resetAndDestroy();
    this.#far.resetAndDestroy();
  }

  /** From now on nothing passes, and no side hears of the other. */
  freeze(): void {
    this.#frozen = true;
  }

  /** However one side ends, the other does so too; an error of a socket that a test cut is what it wanted. */
  #tie(one: Socket, other: Socket): void {
    const cut = () => this.#frozen || other.destroy();
    const end = () => this.#frozen || other.destroySoon();
    if (one.destroyed) cut();
    one.on('error', cut).on('close', end);
  }

  /** In order, and no faster than the other side takes it. */
  async #carry(way: Way, from: AsyncIterable<Buffer>, to: Socket): Promise<void> {
    try {
      for await (const piece of from) {
        if (way === 'requests' && this.request === '') this.request = firstLine(piece);
        this.waiting[way] += 1;
        for (let at = 0; at < piece.length;) {
          // What passes in a tenth of a second: a slow connection is slow byte by byte.
          const { bytesPerSecond } = this.#surroundings.weather();
          const part = piece.subarray(at, at + Math.max(1, bytesPerSecond / 10));
          at += part.length;
          await this.#passable(way);
          await this.#slowed(part.length, at === part.length);
          if (this.#frozen) break;
          if (!to.write(part))
            await new Promise((resolve) => to.once('drain', resolve).once('close', resolve));
        }
        this.waiting[way] -= 1;
      }
    } catch {
      // The connection was cut; `#tie` has told the other side.
    }
  }

  async #passable(way: Way): Promise<void> {
    while (this.#surroundings.weather().held[way] && !this.#near.destroyed) {
      await Promise.race([this.#surroundings.changed(), this.over]);
    }
  }

  async #slowed(bytes: number, first: boolean): Promise<void> {
    const { delayMs, bytesPerSecond } = this.#surroundings.weather();
    const ms = (first ? delayMs : 0) + (bytes * 1000) / bytesPerSecond;
    if (ms > 0) await Promise.race([delay(ms, undefined, { ref: false }), this.#surroundings.changed()]);
  }
}

function firstLine(data: Buffer): string {
  const [line = ''] = data.toString('latin1', 0, 200).split('\r\n', 1);
  return line;
}
