import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { execa } from 'execa';
import { ensureDebootstrap, makeDebian } from './debootstrap.ts';
import { findProgram } from './findProgram.ts';
import type { Say } from './say.ts';

/** Our own name for the image that `command` Steps of the demo and the tests run in. */
export const demoImage = 'flotilla/demo:local';
/** A public image with the same content, Debian and git, for machines that cannot make one. */
const publicImage = 'buildpack-deps:bookworm-scm';
/** What is not needed in a container that runs `sh`, `sed` and `git`: 60 MB. */
const ballast = ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'];

/**
 * Sees to it that there is a small Debian image with git, and returns its name. Makes it with debootstrap (30 s) as
 * {@link demoImage}; where that is not possible, a public image with the same content is pulled under its own name.
 */
export async function ensureDemoImage(say: Say): Promise<string> {
  const docker = new Docker();
  if (await hasImage(docker, demoImage)) return demoImage;
  if (userInfo().uid !== 0 || (await findProgram('apt-get')) === undefined) return pull(docker, say);
  await ensureDebootstrap(`make the small Debian image ${demoImage}`, say);
  say.announce(`Making the image ${demoImage} (Debian with git); this takes half a minute, once.`);
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-image-'));
  try {
    const root = join(folder, 'root');
    await makeDebian({ root, packages: ['git', 'ca-certificates'] });
    for (const path of ballast) await rm(join(root, path), { recursive: true, force: true });
    const archive = execa('tar', ['--create', '--directory', root, '.'], { buffer: false });
    const imported = await docker.importImage(archive.stdout, {
      repo: demoImage.split(':')[0],
      tag: demoImage.split(':')[1],
      changes: ['CMD ["/bin/sh"]'],
    });
    await Promise.all([archive, finished(docker, imported)]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return demoImage;
}

async function hasImage(docker: Docker, name: string): Promise<boolean> {
  const found = await docker.listImages({ filters: { reference: [name] } });
  return found.length > 0;
}

async function pull(docker: Docker, say: Say): Promise<string> {
  if (await hasImage(docker, publicImage)) return publicImage;
  say.announce(`Pulling the image ${publicImage} (Debian with git).`);
  try {
    await finished(docker, await docker.pull(publicImage));
    return publicImage;
  } catch (error) {
    throw new Error(
      `An image with git is needed to run Steps: ${publicImage} cannot be pulled here, and making ${demoImage} takes root on Debian.`,
      { cause: error },
    );
  }
}

/** Waits for the end of a stream of progress messages; an error in it is thrown. */
function finished(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) =>
    docker.modem.followProgress(stream, (error) => (error === null ? resolve() : reject(error))),
  );
}
