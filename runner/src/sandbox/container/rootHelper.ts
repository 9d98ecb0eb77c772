import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import type { Config } from '../../config.ts';
import { hasStatus } from '../engine/engineStatus.ts';
import { labelNames } from '../engine/labels.ts';
import { helperImage, hasShell } from '../image/helperImage.ts';
import { createContainer } from './container.ts';
import { defaultConfinement } from './profile.ts';

/** What a helper that is root needs, and where it finds a shell. */
export interface RootHelper {
  /** An image that is taken first, because this machine has it: that of a Step. */
  readonly image: string;
  readonly config: Pick<Config, 'limits' | 'helperImage' | 'pullPolicy'>;
  readonly labels: Readonly<Record<string, string>>;
}

/** How long a helper may take, in milliseconds: a million files take some seconds. */
const helperMs = 600_000;

/** Names of the helpers of this process, from before they are made. */
const atWork = new Set<string>();

/** Whether a container with these labels is a helper of this process, which removes it itself: nobody left it behind. */
export function isHelperAtWork(labels: Readonly<Record<string, string>>): boolean {
  return atWork.has(labels[labelNames.helper] ?? '');
}

/** How a helper ended: with its exit code and the end of what it said, or `noShell` when no image has one. */
export type HelperEnd = { readonly exitCode: number; readonly said: string } | 'noShell';

/**
 * Runs a shell script as root over a folder of this machine, which it finds at /work, for a runner that is not root: in a
 * container of the Step's image, or, where that is gone or has no shell, of the helper image. The script has what `hasShell`
 * looks for, and its argument in `$0`.
 */
export async function runAsRoot(
  docker: Docker,
  folder: string,
  command: { readonly script: string; readonly argument: string },
  helper: RootHelper,
): Promise<HelperEnd> {
  const ended = await runIn(docker, helper.image, folder, command, helper);
  if (ended !== 'noShell') return ended;
  const { digest } = await helperImage(docker, helper.config);
  return runIn(docker, digest, folder, command, helper);
}

async function runIn(
  docker: Docker,
  image: string,
  folder: string,
  { script, argument }: { readonly script: string; readonly argument: string },
  { config, labels }: RootHelper,
): Promise<HelperEnd> {
  const name = randomUUID();
  atWork.add(name);
  using _atWork = { [Symbol.dispose]: () => void atWork.delete(name) };
  const created = await createContainer(docker, {
    ...defaultConfinement,
    image,
    entrypoint: ['/bin/sh'],
    command: ['-c', script, argument],
    user: '0:0',
    mounts: [{ source: folder, target: '/work' }],
    workingDirectory: '/',
    network: 'none',
    limits: config.limits,
    labels: { ...labels, [labelNames.helper]: name },
  }).catch(undefinedWhenMissing);
  if (created === undefined) return 'noShell';
  await using container = created;
  if (!(await hasShell(docker, container.id))) return 'noShell';
  const running = await container.start();
  // Whoever reads its output sees that it ended.
  const timer = setTimeout(() => void container.stop(0, () => undefined), helperMs);
  using _timer = { [Symbol.dispose]: () => clearTimeout(timer) };
  let said = '';
  for await (const { data } of running.output) said = (said + data.toString()).slice(-1000);
  const { exitCode } = await running.finished();
  return { exitCode, said: said.trim() };
}

function undefinedWhenMissing(error: unknown): undefined {
  if (!hasStatus(error, 404)) throw error;
}
