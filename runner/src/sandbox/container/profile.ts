import type { SandboxProfile } from '@flotilla/shared/definition/jobDefinition';
import type { ContainerLimits } from '../../config.ts';
import type { LocalImage } from '../image/image.ts';

/** What a container may do, beside its limits. */
export interface Confinement {
  /** Replaces the image's user. */
  readonly user?: string;
  readonly droppedCapabilities: readonly string[];
  readonly readOnlyRoot: boolean;
  /** Folders in memory, with their mount options. */
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Docker's default capabilities that no code change needs (docs/spec/sandbox.md). Without SETFCAP no program in a work tree can be
 * given capabilities, which a look for set-id bits would not find.
 */
const uselessCapabilities = ['NET_RAW', 'MKNOD', 'AUDIT_WRITE', 'SYS_CHROOT', 'SETFCAP'];
/** A home of its own for a user that the image may not know. */
const homePath = '/flotilla/home';

/** The confinement of helpers, and what the default profile adds its home to. */
export const defaultConfinement: Confinement = {
  droppedCapabilities: uselessCapabilities,
  readOnlyRoot: false,
  tmpfs: {},
  environment: {},
};

/**
 * The profiles of docs/spec/sandbox.md. `default` is what batch specs expect: the image's user, mostly root, with a root file system
 * that it may write. `strict` is the work tree's owner without any capability over a read-only root, with `/tmp` and a
 * home in memory.
 */
export function confinementOf(
  profile: SandboxProfile,
  image: LocalImage,
  workTreeOwner: string,
  limits: ContainerLimits,
): Confinement {
  // Build tools run what they made in /tmp, so it may be executed. It counts as the container's memory.
  const options = `rw,exec,nosuid,nodev,mode=1777,size=${Math.floor(limits.memoryBytes / 2)}`;
  if (profile === 'strict') {
    return {
      user: workTreeOwner,
      droppedCapabilities: ['ALL'],
      readOnlyRoot: true,
      tmpfs: { '/tmp': options, [homePath]: options },
      environment: { HOME: homePath },
    };
  }
  // A user by name has a home in the image's /etc/passwd; a number need not, and would get `/`.
  if (!/^[1-9]\d*(:|$)/.test(image.user)) return defaultConfinement;
  return { ...defaultConfinement, tmpfs: { [homePath]: options }, environment: { HOME: homePath } };
}
