import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, realpath, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporaryFolder.ts';

const exec = promisify(execFile);

/**
 * A registry with one image, in which a test makes the faults of registries. The image's program says its version: it
 * is the static `docker-init` that every engine brings. Docker takes registries on loopback without TLS.
 */
export interface Registry extends AsyncDisposable {
  /** Name to pull; no engine has it. */
  readonly image: string;
  /** Requests for the layer that wait now. */
  readonly stalled: number;
  /** Requests that were refused. */
  readonly refused: number;
  /** Lets requests for the layer wait. */
  stall(): void;
  /** Refuses so many requests with 503. */
  refuse(times: number): void;
  /** Ends stalling; what waited goes on. */
  restore(): void;
}

export async function startRegistry(): Promise<Registry> {
  const layer = await layerWithOneProgram();
  const config = json({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: ['/program', '--version'] },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: manifestType,
    config: described('application/vnd.docker.container.image.v1+json', config),
    layers: [described('application/vnd.docker.image.rootfs.diff.tar', layer)],
  });
  const blobs = new Map([layer, config].map((blob) => [digestOf(blob), blob]));
  let refusals = 0;
  let refused = 0;
  let stalling = false;
  let goOn = Promise.withResolvers<void>();
  const stalled = new Set<ServerResponse>();
  const sendBlob = async (digest: string, response: ServerResponse) => {
    const blob = blobs.get(digest);
    if (blob === layer && stalling) {
      stalled.add(response);
      response.once('close', () => stalled.delete(response));
      await goOn.promise;
      stalled.delete(response);
    }
    if (blob === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': blob.length }).end(blob);
  };
  const server = createServer((request, response) => {
    const { url = '' } = request;
    if (refusals > 0) {
      refusals -= 1;
      refused += 1;
      response.writeHead(503).end();
    } else if (url === '/v2/') response.end('{}');
    else if (url.includes('/manifests/')) {
      response.writeHead(200, {
        'content-type': manifestType,
        'content-length': manifest.length,
        'docker-content-digest': digestOf(manifest),
      });
      response.end(request.method === 'HEAD' ? undefined : manifest);
    } else void sendBlob(url.split('/').at(-1) ?? '', response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const image = `127.0.0.1:${(server.address() as AddressInfo).port}/program:1`;
  const restore = () => {
    stalling = false;
    goOn.resolve();
  };
  return {
    image,
    get stalled() {
      return stalled.size;
    },
    get refused() {
      return refused;
    },
    stall() {
      stalling = true;
      goOn = Promise.withResolvers();
    },
    refuse: (times) => void (refusals = times),
    restore,
    async [Symbol.asyncDispose]() {
      restore();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await exec('docker', ['rmi', '--force', image]);
    },
  };
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';

async function layerWithOneProgram(): Promise<Buffer> {
  await using folder = await temporaryFolder();
  const { stdout: found } = await exec('sh', ['-c', 'command -v docker-init']);
  await copyFile(await realpath(found.trim()), join(folder.path, 'program'));
  // Another layer each time, so that no engine has it already.
  await writeFile(join(folder.path, 'id'), randomUUID());
  const { stdout } = await exec('tar', ['--create', '--directory', folder.path, 'program', 'id'], {
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

function described(mediaType: string, blob: Buffer) {
  return { mediaType, size: blob.length, digest: digestOf(blob) };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(blob: Buffer): string {
  return `sha256:${createHash('sha256').update(blob).digest('hex')}`;
}
