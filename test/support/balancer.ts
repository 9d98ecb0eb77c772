import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP balancer in front of replicas: a connection goes to the first of them, in turn, that takes it. Disposing cuts all. */
export interface Balancer extends AsyncDisposable {
  /** Address to use instead of a replica's. */
  readonly url: string;
  /** Where new connections go from now on. */
  setTargets(urls: readonly string[]): void;
}

/** Starts one on a free port. */
export async function startBalancer(urls: readonly string[]): Promise<Balancer> {
  let targets = urls;
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (near) => {
    open.add(near);
    near.once('close', () => open.delete(near));
    const ring = targets.map((_, index) => targets[(turn + index) % targets.length] ?? '');
    turn += 1;
    const connectTo = ([target, ...others]: readonly string[]) => {
      if (target === undefined) {
        near.destroy();
        return;
      }
      const { hostname, port } = new URL(target);
      const far = createConnection({ host: hostname, port: Number(port), allowHalfOpen: true });
      far.once('error', () => connectTo(others));
      far.once('connect', () => {
        far.removeAllListeners('error');
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const) {
          // However one side ends, the other does so too.
          one.on('error', () => other.resetAndDestroy());
          one.on('close', () => other.destroy());
        }
        near.pipe(far);
        far.pipe(near);
        near.resume();
      });
    };
    connectTo(ring);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setTargets: (next) => (targets = next),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
