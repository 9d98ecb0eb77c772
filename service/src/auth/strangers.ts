import type { Socket } from 'node:net';

/** How many there is room for. */
const room = {
  /** A proxy in front is one address. */
  ofAddress: 256,
  inAll: 1024,
  /** Of those who are no strangers: for each user, and for runners together, of what a service has for all (listen.ts). */
  ofUser: 1024,
  ofRunners: 4096,
};

/** Whose connections are counted together. */
export type Owner = 'runners' | `user:${number}`;

/**
 * Connections that have not shown who they are. There is room for so many; who comes when it is full takes the place
 * of the one that came first, so that strangers who hold their places keep nobody out. The same holds for those who have:
 * a user who keeps connections open loses the first of them, and nobody else's.
 */
export class Strangers {
  /** Their addresses, in the order in which they came. */
  readonly #addresses = new Map<Socket, string>();
  readonly #ofAddress = new Map<string, Set<Socket>>();
  readonly #ofOwner = new Map<Owner, Set<Socket>>();

  /** Takes note of a new connection, until it closes. */
  add(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const ofAddress = this.#ofAddress.get(address) ?? new Set();
    if (ofAddress.size >= room.ofAddress) this.#endFirst(ofAddress);
    else if (this.#addresses.size >= room.inAll) this.#endFirst(this.#addresses.keys());
    this.#ofAddress.set(address, ofAddress.add(socket));
    this.#addresses.set(socket, address);
    socket.once('close', () => this.#forget(socket));
  }

  /**
   * It has shown a token that is good: it is no stranger any more. A connection for requests is counted with those of its
   * owner; WebSockets are counted elsewhere (caller.ts).
   */
  vouch(socket: Socket, owner?: Owner): void {
    if (!this.#forget(socket) || owner === undefined) return;
    const ofOwner = this.#ofOwner.get(owner) ?? new Set();
    if (ofOwner.size >= (owner === 'runners' ? room.ofRunners : room.ofUser)) {
      const [first] = ofOwner;
      if (first !== undefined) ofOwner.delete(first);
      first?.destroy();
    }
    this.#ofOwner.set(owner, ofOwner.add(socket));
    socket.once('close', () => {
      ofOwner.delete(socket);
      if (ofOwner.size === 0 && this.#ofOwner.get(owner) === ofOwner) this.#ofOwner.delete(owner);
    });
  }

  /** False when it was no stranger. */
  #forget(socket: Socket): boolean {
    const address = this.#addresses.get(socket);
    if (address === undefined) return false;
    this.#addresses.delete(socket);
    const ofAddress = this.#ofAddress.get(address);
    ofAddress?.delete(socket);
    if (ofAddress?.size === 0) this.#ofAddress.delete(address);
    return true;
  }

  #endFirst(sockets: Iterable<Socket>): void {
    const [first] = sockets;
    if (first === undefined) return;
    this.#forget(first);
    first.destroy();
  }
}
