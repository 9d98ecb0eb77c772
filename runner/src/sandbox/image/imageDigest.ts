import { repositoryOf } from '@flotilla/shared/protocol/imageName';

/** What the engine says of an image. */
interface Known {
  readonly id: string;
  /** `repository@sha256:…`, for each repository that it was pulled from or pushed to. */
  readonly digests: readonly string[];
}

/**
 * By what an image is pinned that was asked for by a name: the digest that the name has itself; else its digest in the
 * repository that the name means, because that is what other runners can reach; else its id, which only this machine knows.
 */
export function digestFor(asked: string, { id, digests }: Known): string {
  if (asked.startsWith('sha256:')) return asked;
  const [name = '', digest] = asked.split('@');
  const repository = repositoryOf(name);
  const own = digests.filter((known) => repositoryOf(known) === repository);
  if (digest === undefined) return own[0] ?? id;
  return own.find((known) => known.endsWith(`@${digest}`)) ?? `${repository}@${digest}`;
}
