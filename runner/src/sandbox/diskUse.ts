import { run } from '@flotilla/launcher/run';
import type Docker from 'dockerode';

/**
 * Bytes on disk of what an Attempt wrote: its work tree, and the files that its containers have beside their images.
 * Files that come or go meanwhile may be counted or not.
 */
export async function diskUse(docker: Docker, workTree: string, containerId: string): Promise<number> {
  const [tree, layer] = await Promise.all([folderBytes(workTree), layerBytes(docker, containerId)]);
  return tree + layer;
}

/** Bytes on disk of a folder, of those files in it that this user may see. */
export async function folderBytes(folder: string): Promise<number> {
  // du fails for what it could not read, such as a file that was removed meanwhile, and has counted the rest.
  const { output } = await run('du', ['-s', '-x', '-k', folder]);
  const kib = Number.parseInt(output, 10);
  return Number.isNaN(kib) ? 0 : kib * 1024;
}

/** The engine walks the container's own files for it. Its types do not know of the query (Engine API, ContainerInspect). */
async function layerBytes(docker: Docker, containerId: string): Promise<number> {
  const options: Docker.ContainerInspectOptions & { size: boolean } = { size: true };
  const found: object = await docker.getContainer(containerId).inspect(options);
  return 'SizeRw' in found && typeof found.SizeRw === 'number' ? found.SizeRw : 0;
}
