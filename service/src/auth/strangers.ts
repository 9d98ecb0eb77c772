import type { Socket } from 'node:net';

/** How many there is room for. */
const room = {
  /** A proxy in front is one address. */
  ofAddress: 256,
  inAll: 1024,
};

/**
 * Connections that have not shown who they are. There is room for so many; who comes when it is full takes the place
 * of the one that came first, so that strangers who hold their places keep nobody out.
 */
export class Strangers {
  /** Their addresses, in the order in which they came. */
  readonly #addresses = new Map<Socket, string>();
  readonly #ofAddress = new Map<string, Set<Socket>>();

  /** Takes note of a new connection, until it closes. */
  add(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const ofAddress = this.#ofAddress.get(address) ?? new Set();
    if (ofAddress.size >= room.ofAddress) this.#end(ofAddress);
    else if (this.#addresses.size >= room.inAll) this.#end(this.#addresses.keys());
    this.#ofAddress.set(address, ofAddress.add(socket));
    this.#addresses.set(socket, address);
    socket.once('close', () => this.vouch(socket));
  }

  /** It has shown a token that is good, or is gone: it is no stranger any more. */
  vouch(socket: Socket): void {
    const address = this.#addresses.get(socket);
    if (address === undefined) return;
    this.#addresses.delete(socket);
    const ofAddress = this.#ofAddress.get(address);
    ofAddress?.delete(socket);
    if (ofAddress?.size === 0) this.#ofAddress.delete(address);
  }

  #end(sockets: Iterable<Socket>): void {
    for (const first of sockets) {
      this.vouch(first);
      first.destroy();
      return;
    }
  }
}
