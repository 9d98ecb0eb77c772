import { lstat } from 'node:fs/promises';
import type Docker from 'dockerode';
import { folderUse, sumOf, type DiskUse } from './diskUse.ts';
import { unlinkedBytes } from './unlinkedFiles.ts';

/** The parts of an answer about a container that count here; the engine's types know of none of them. */
interface Inspected {
  readonly SizeRw?: unknown;
  readonly State?: { readonly Pid?: number };
  readonly GraphDriver?: { readonly Data?: { readonly UpperDir?: string } | null };
}

/**
 * What the files take that a container has beside its image, with those that have no name any more. Where this runner sees
 * neither, the engine adds up the files that have one. Files on the known device are counted elsewhere.
 */
export async function layerUse(docker: Docker, containerId: string, knownDevice?: number): Promise<DiskUse> {
  const container = docker.getContainer(containerId);
  const { State: state, GraphDriver: driver } = (await container.inspect()) as Inspected;
  const folder = driver?.Data?.UpperDir;
  if (folder !== undefined && (await isSeen(folder))) {
    const unlinked = await unlinkedBytes(state?.Pid ?? 0, knownDevice);
    return sumOf([await folderUse(folder), { bytes: unlinked, files: 0 }]);
  }
  const sized: Docker.ContainerInspectOptions & { size: boolean } = { size: true };
  const { SizeRw: bytes } = (await container.inspect(sized)) as Inspected;
  return { bytes: typeof bytes === 'number' ? bytes : 0, files: 0 };
}

/** The engine may be on another machine, and keeps its folders to root. */
async function isSeen(folder: string): Promise<boolean> {
  try {
    return (await lstat(folder)).isDirectory();
  } catch {
    return false;
  }
}
