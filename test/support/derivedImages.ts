import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { testImage } from './deployment.ts';

/** An image of a test's own, made from that of the tests. Disposing removes it. */
interface DerivedImage extends AsyncDisposable {
  readonly image: string;
}

/** An image whose containers get a volume without a name each, as those of databases do. */
export function makeVolumeImage(docker: Docker): Promise<DerivedImage> {
  return derive(docker, { changes: 'VOLUME /volume' });
}

/** An image that has programs and no shell, as those have that are made from nothing. */
export function makeShelllessImage(docker: Docker): Promise<DerivedImage> {
  return derive(docker, { command: ['rm', '/bin/sh'] });
}

/** Commits a container that has run a command, with changes as in a Dockerfile. */
async function derive(
  docker: Docker,
  { command, changes }: { readonly command?: string[]; readonly changes?: string },
): Promise<DerivedImage> {
  const [repo, tag] = [`flotilla/test-${randomUUID()}`, 'local'];
  const container = await docker.createContainer({
    Image: testImage,
    Cmd: command ?? ['true'],
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    if (command !== undefined) {
      await container.start();
      await container.wait();
    }
    await container.commit({ repo, tag, ...(changes === undefined ? {} : { changes }) });
  } finally {
    await container.remove({ force: true, v: true });
  }
  const image = `${repo}:${tag}`;
  return {
    image,
    async [Symbol.asyncDispose]() {
      await docker.getImage(image).remove({ force: true });
    },
  };
}
