import { run } from '@flotilla/launcher/run';

/** How long a folder may be looked through, in milliseconds: a million files take some seconds. */
const lookMs = 300_000;

/**
 * For find: takes away set-id bits, which make a program somebody else's for whoever runs it, and which a folder hands on to
 * what is made in it.
 */
export const takeSetIdBits = ['-perm', '/6000', '-exec', 'chmod', 'ug-s', '--', '{}', '+'] as const;

/**
 * Takes from a folder what must not outlive a Step: set-id bits, and devices, of which containers may make only the one that
 * overlays use. Only of a folder that no container writes to, because chmod is given paths. False when it could not be done
 * everywhere, such as by a user who is not root where a container that is has written.
 */
export async function disarm(folder: string): Promise<boolean> {
  const { exitCode } = await run(
    'find',
    [folder, '-xdev', '(', '-type', 'b', '-o', '-type', 'c', ')', '-delete', '-o', ...takeSetIdBits],
    { signal: AbortSignal.timeout(lookMs) },
  );
  return exitCode === 0;
}
