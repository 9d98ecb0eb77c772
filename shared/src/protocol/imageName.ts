/**
 * Names of images, as Docker reads them: `[registry/]path[:tag][@sha256:…]`, or an image's id, `sha256:…`.
 */

/** The id of an image, and what comes after the `@` of a digest. */
const id = /^sha256:[0-9a-f]{64}$/;
/** Of a registry, a path or a tag; nothing that leads elsewhere in the address of a call to the engine. */
const component = /^(?:[a-zA-Z0-9][a-zA-Z0-9._:-]*|\[[0-9a-fA-F:]+\](?::\d+)?)$/;

/** Whether a text can be the name of an image at all. */
export function isImageName(text: string): boolean {
  const [name = '', digest, ...rest] = text.split('@');
  if (text.length > 500 || rest.length > 0 || (digest !== undefined && !id.test(digest))) return false;
  return name.split('/').every((part) => component.test(part));
}

/**
 * Whether an image that an Action names may be pinned by this: a digest of the same repository, `name@sha256:…`, or the id
 * of an image that no registry knows. An Action that names a digest or an id means that one.
 */
export function isPinOf(image: string, pin: string): boolean {
  if (id.test(pin)) return id.test(image) ? pin === image : !image.includes('@');
  const [name = '', digest = '', ...rest] = pin.split('@');
  if (rest.length > 0 || !id.test(digest) || id.test(image) || tagOf(name) !== undefined) return false;
  const asked = image.split('@')[1];
  return repositoryOf(name) === repositoryOf(image) && (asked === undefined || asked === digest);
}

/**
 * The full name of a repository, without tag and digest: Docker leaves its own registry out, and the folder `library` there.
 * The first part is a registry when it has a dot or a port, or is `localhost`.
 */
export function repositoryOf(name: string): string {
  const [beforeDigest = ''] = name.split('@');
  const tag = tagOf(beforeDigest);
  const untagged = tag === undefined ? beforeDigest : beforeDigest.slice(0, -tag.length - 1);
  const [first = '', ...rest] = untagged.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = !hasRegistry || first === 'index.docker.io' ? 'docker.io' : first;
  const path = hasRegistry ? rest.join('/') : untagged;
  return registry === 'docker.io' && !path.includes('/')
    ? `${registry}/library/${path}`
    : `${registry}/${path}`;
}

/** What comes after the last colon, unless that is a registry's. */
function tagOf(name: string): string | undefined {
  const at = name.lastIndexOf(':');
  return at === -1 || name.includes('/', at) ? undefined : name.slice(at + 1);
}
