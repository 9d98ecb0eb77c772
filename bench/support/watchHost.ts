/**
 * Loaded into every Node of code-server (`--import`), and awake in the extension host alone: how long its event loop was
 * held up, and how much memory it needs. It runs beside the extension, which knows nothing of it; see extensionHost.ts.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the host says when it is asked. */
export interface HostSample {
  /** The longest time without a turn of the event loop since it was last asked, in milliseconds. */
  readonly longestMs: number;
  /** The most time of the processor that the loop's thread took between two turns: less, where others had that one. */
  readonly longestCpuMs: number;
  /** Bytes of the heap, without garbage where that was asked for. */
  readonly heapBytes: number;
}

/** Between two looks at the clock; what is longer was held up. */
const everyMs = 2;

if (process.argv.includes('--type=extensionHost')) watch(process.env['FLOTILLA_WATCH_HOST'] ?? '');

function watch(addressFile: string): void {
  let longest = { longestMs: 0, longestCpuMs: 0 };
  let lookedAt = performance.now();
  let used = process.threadCpuUsage();
  setInterval(() => {
    const now = performance.now();
    const { user, system } = process.threadCpuUsage(used);
    used = process.threadCpuUsage();
    longest = {
      longestMs: Math.max(longest.longestMs, now - lookedAt - everyMs),
      longestCpuMs: Math.max(longest.longestCpuMs, (user + system) / 1000),
    };
    lookedAt = now;
  }, everyMs).unref();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let profiler: Session | undefined;
  const server = createServer((request, response) => {
    void answer(request.url ?? '').then((body) => response.end(body));
  });
  const answer = async (url: string): Promise<string> => {
    if (url === '/profile') {
      profiler = new Session();
      profiler.connect();
      await profiler.post('Profiler.enable');
      await profiler.post('Profiler.start');
      return '';
    }
    if (url === '/profiled') {
      const profiled = await profiler?.post('Profiler.stop');
      profiler?.disconnect();
      return JSON.stringify(profiled?.profile);
    }
    const said = longest;
    if (url === '/collected') collect();
    const sample: HostSample = { ...said, heapBytes: process.memoryUsage().heapUsed };
    // What the question itself took is nobody's.
    lookedAt = performance.now();
    used = process.threadCpuUsage();
    longest = { longestMs: 0, longestCpuMs: 0 };
    return JSON.stringify(sample);
  };
  server.listen(0, '127.0.0.1', () => {
    writeFileSync(addressFile, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  server.unref();
}
