/** What the engine says of an image. */
interface Known {
  readonly id: string;
  /** `repository@sha256:…`, for each repository that it was pulled from or pushed to. */
  readonly digests: readonly string[];
}

/**
 * By what an image is pinned that was asked for by a name: its digest in the repository that the name means, because that is
 * what other runners can reach; else in any; else its id, which only this machine knows.
 */
export function digestFor(asked: string, { id, digests }: Known): string {
  const real = digests.filter((digest) => !digest.startsWith('<none>'));
  if (real.includes(asked)) return asked;
  const repository = repositoryOf(asked);
  return real.find((digest) => repositoryOf(digest) === repository) ?? real[0] ?? id;
}

/**
 * The full name of a repository, without tag and digest: Docker leaves its own registry out, and the folder `library` there.
 * The first part is a registry when it has a dot or a port, or is `localhost`.
 */
function repositoryOf(name: string): string {
  const [beforeDigest = ''] = name.split('@');
  const untagged = beforeDigest.replace(/:[^/:]*$/, '');
  const [first = '', ...rest] = untagged.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = !hasRegistry || first === 'index.docker.io' ? 'docker.io' : first;
  const path = hasRegistry ? rest.join('/') : untagged;
  return registry === 'docker.io' && !path.includes('/')
    ? `${registry}/library/${path}`
    : `${registry}/${path}`;
}
